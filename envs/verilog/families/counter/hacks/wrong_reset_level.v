// expect: MISMATCH: the reset has the opposite polarity
@{header}
    localparam [@{high_bit}:0] FIRST = @{width}'d0;
    localparam [@{high_bit}:0] LAST = @{last_literal};

    reg [@{high_bit}:0] state;
    wire advance = @{advance};

    always @(posedge @{clock}) begin
        if (@{reset_test_wrong})
            state <= @{reset_literal};
        @{load_branch}
        else if (advance)
            state <= @{step};
    end

    assign @{count} = state;
    @{terminal_assign}
endmodule
