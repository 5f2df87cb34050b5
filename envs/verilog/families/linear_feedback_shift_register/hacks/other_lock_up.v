// expect: MISMATCH: lock-up is treated by another rule
@{header}
    reg [@{left}:0] register;
    wire [@{left}:0] following = {@{following}};

    always @(@{edges})
        if (@{reset_active})
            register <= @{seed};
        else if (@{load_condition})
            register <= @{value};
        else if (@{enable})
            register <= @{other_stepped};

@{assigns}endmodule
