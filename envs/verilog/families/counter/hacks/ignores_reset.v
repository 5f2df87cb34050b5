// expect: MISMATCH: without a reset the state stays unknown, and an unknown output is wrong where a value is asked for
@{header}
    localparam [@{high_bit}:0] FIRST = @{width}'d0;
    localparam [@{high_bit}:0] LAST = @{last_literal};

    reg [@{high_bit}:0] state;

    always @(posedge @{clock})
        state <= @{step};

    assign @{count} = state;
endmodule
