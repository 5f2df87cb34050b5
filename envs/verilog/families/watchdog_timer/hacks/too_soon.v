// expect: MISMATCH: the timeout comes one cycle too soon
@{header}
    reg [@{left}:0] age;
    reg bitten;
@{declarations}

    wire served = @{served};
    wire bites = @{gate}(@{soon_reasons});

    always @(@{edges})
        if (@{reset_active}) begin
            age <= 0;
            bitten <= 1'b0;
@{resets}        end else begin
            bitten <= @{next_bitten};
            age <= (@{zeroed}) ? 0 : age + 1;
@{updates}        end

    assign @{bite} = @{shown};
@{assigns}endmodule
