// expect: MISMATCH: outputs that nothing drives are z, which no reference asks for
@{header}
endmodule
