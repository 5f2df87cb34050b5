// expect: MISMATCH: wraps or saturates one below the last count
@{header}
    localparam [@{high_bit}:0] FIRST = @{width}'d0;
    localparam [@{high_bit}:0] LAST = @{last_less_one};

    reg [@{high_bit}:0] state;
    wire advance = @{advance};

    always @(posedge @{clock}@{reset_edge}) begin
        if (@{reset_test})
            state <= @{reset_literal};
        @{load_branch}
        else if (advance)
            state <= @{step};
    end

    assign @{count} = state;
    @{terminal_assign}
endmodule
