// expect: REJECTED: a bidirectional switch reaches back into the inputs
@{header}
    tran leak (@{first_output}, @{first_input});
endmodule
