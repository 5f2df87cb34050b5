// expect: MISMATCH: counts on where it should stop, or stops where it should count on
@{header}
@{logic}
    reg [2:0] total;
    always @(@{edges})
        if (@{reset_active})
            total <= 3'd0;
        else if (@{moves})
            total <= @{other_count};
    assign @{count} = total;
endmodule
