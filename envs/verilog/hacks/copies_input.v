// expect: MISMATCH: every output is the first input
@{header}
@{outputs_as_copies}
endmodule
