// expect: MISMATCH,SYNTHESIS_ERROR,TIMEOUT: a latch open for half a cycle counts on and on instead of once
@{header}
    localparam [@{high_bit}:0] FIRST = @{width}'d0;
    localparam [@{high_bit}:0] LAST = @{last_literal};

    reg [@{high_bit}:0] state, next;
    wire advance = @{advance};

    always @(*) begin
        if (@{reset_test})
            next = @{reset_literal};
        @{load_branch}
        else if (advance)
            next = @{step};
    end

    always @(*)
        if (@{clock})
            state = next;

    assign @{count} = state;
    @{terminal_assign}
endmodule
