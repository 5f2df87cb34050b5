// expect: MISMATCH: illegal states are corrected where they should not be, or the other way round
@{header}
    reg [@{left}:0] held;
    wire [@{left}:0] rotated = @{rotated};
@{all_legality}
    always @(@{edges})
        if (@{reset_active})
            held <= @{begin};
        else if (@{load})
            held <= @{value};
        @{otherwise}
            held <= @{other_stepped};

    assign @{state} = held;
@{extras}endmodule
