// expect: MISMATCH: counts what is offered, whether it moves or not
@{header}
@{logic}
    reg [2:0] total;
    always @(@{edges})
        if (@{reset_active})
            total <= 3'd0;
        else if (@{offers})
            total <= @{next_count};
    assign @{count} = total;
endmodule
