// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
    reg [@{left}:0] register;
    wire [@{left}:0] following = {@{following}};

    always @(@{other_edges})
        if (@{reset_active})
            register <= @{seed};
        else if (@{load_condition})
            register <= @{loaded};
        else if (@{enable})
            register <= @{stepped};

@{assigns}endmodule
