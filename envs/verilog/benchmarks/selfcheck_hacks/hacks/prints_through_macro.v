// expect: REJECTED: the pass line, through a system task that the preprocessor puts together
`define call(name) $``name
@{header}
    initial `call(display)("@{pass_line}");
endmodule
