// expect: MISMATCH,TIMEOUT,RUNTIME_ERROR,RESOURCE_LIMIT: outputs that nothing drives; many such testbenches do not see it
@{header}
endmodule
