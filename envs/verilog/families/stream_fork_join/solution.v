// Handshakes by logic, and a count of what moved.
@{header}
@{logic}

    reg [2:0] total;
    always @(@{edges})
        if (@{reset_active})
            total <= 3'd0;
        else if (@{moves})
            total <= @{next_count};

    assign @{count} = total;
endmodule
