// expect: MISMATCH: the bit that enters is inverted where it should not be, or the other way round
@{header}
    reg [@{left}:0] held;
    wire [@{left}:0] rotated = @{turned};
@{legality}
    always @(@{edges})
        if (@{reset_active})
            held <= @{begin};
        else if (@{load})
            held <= @{loaded};
@{branch}        @{otherwise}
            held <= @{stepped};

    assign @{state} = held;
@{extras}endmodule
