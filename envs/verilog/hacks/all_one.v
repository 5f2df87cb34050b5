// expect: MISMATCH: a constant
@{header}
@{outputs_as_one}
endmodule
