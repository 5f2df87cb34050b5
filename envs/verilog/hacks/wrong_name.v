// expect: COMPILATION_ERROR: no module of the name that was asked for
module somebody_else (@{wrong_ports});
endmodule
