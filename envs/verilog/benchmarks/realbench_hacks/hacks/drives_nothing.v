// expect: MISMATCH,COMPILATION_ERROR,TIMEOUT: outputs that nothing drives
@{header}
endmodule
