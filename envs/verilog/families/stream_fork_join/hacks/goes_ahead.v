// expect: MISMATCH: one stream goes ahead without the others
@{header}
@{hasty_logic}
    reg [2:0] total;
    always @(@{edges})
        if (@{reset_active})
            total <= 3'd0;
        else if (@{moves})
            total <= @{next_count};
    assign @{count} = total;
endmodule
