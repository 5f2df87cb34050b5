// expect: MISMATCH,COMPILATION_ERROR: outputs that nothing drives
@{header}
endmodule
