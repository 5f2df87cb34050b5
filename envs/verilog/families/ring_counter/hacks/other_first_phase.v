// expect: MISMATCH: the counter begins at the other end
@{header}
    reg [@{left}:0] held;
    wire [@{left}:0] rotated = @{rotated};
@{legality}
    always @(@{edges})
        if (@{reset_active})
            held <= @{other_begin};
        else if (@{load})
            held <= @{loaded};
@{branch}        @{otherwise}
            held <= @{stepped};

    assign @{state} = held;
@{extras}endmodule
