// expect: MISMATCH: the feedback goes through the other kind of gate
@{header}
    reg [@{left}:0] register;
    wire [@{left}:0] following = {@{other_gate}};

    always @(@{edges})
        if (@{reset_active})
            register <= @{seed};
        else if (@{load_condition})
            register <= @{loaded};
        else if (@{enable})
            register <= @{stepped};

@{assigns}endmodule
