// Everything a step does is in `following`.
@{header}
    reg [@{left}:0] register;
    wire [@{left}:0] following = {@{following}};

    always @(@{edges})
        if (@{reset_active})
            register <= @{seed};
        else if (@{load_condition})
            register <= @{loaded};
        else if (@{enable})
            register <= @{stepped};

@{assigns}endmodule
