// expect: MISMATCH: x is wrong wherever a value is asked for
@{header}
@{outputs_as_x}
endmodule
