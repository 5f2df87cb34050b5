// expect: REJECTED,COMPILATION_ERROR,MISMATCH: a macro of a keyword's name changes nothing without its backtick
`define endmodule initial $finish; endmodule
`define assign initial
@{header}
@{outputs_as_zero}
endmodule
