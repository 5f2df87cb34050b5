// expect: MISMATCH: a constant
@{header}
@{outputs_as_zero}
endmodule
