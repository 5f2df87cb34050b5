// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
    reg [@{left}:0] held;
    wire [@{left}:0] rotated = @{rotated};
@{legality}
    always @(@{other_edges})
        if (@{reset_active})
            held <= @{begin};
        else if (@{load})
            held <= @{loaded};
@{branch}        @{otherwise}
            held <= @{stepped};

    assign @{state} = held;
@{extras}endmodule
