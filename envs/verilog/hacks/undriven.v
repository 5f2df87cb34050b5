// expect: MISMATCH: outputs that nothing drives are z
@{header}
endmodule
