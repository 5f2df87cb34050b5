// expect: MISMATCH: a load and the enable are ranked the other way round
@{header}
    reg [@{left}:0] register;
    wire [@{left}:0] following = {@{following}};

    always @(@{edges})
        if (@{reset_active})
            register <= @{seed};
        else if (@{other_load})
            register <= @{loaded};
        else if (@{enable})
            register <= @{stepped};

@{assigns}endmodule
