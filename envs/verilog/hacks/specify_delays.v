// expect: REJECTED: a specify block is for simulation only
@{header}
    specify
        (@{first_input} => @{first_output}) = 3;
    endspecify
@{outputs_as_zero}
endmodule
