// expect: MISMATCH: the register shifts to the other side
@{header}
    reg [@{left}:0] register;
    wire [@{left}:0] following = {@{other_side}};

    always @(@{edges})
        if (@{reset_active})
            register <= @{seed};
        else if (@{load_condition})
            register <= @{loaded};
        else if (@{enable})
            register <= @{stepped};

@{assigns}endmodule
