// expect: MISMATCH: up and down are exchanged
@{header}
    reg [@{left}:0] held;
    wire [@{left}:0] rotated = @{swapped};
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
