// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
    reg [@{left}:0] age;
    reg bitten;
@{declarations}

    wire served = @{served};
    wire bites = @{gate}(@{reasons});

    always @(@{other_edges})
        if (@{reset_active}) begin
            age <= 0;
            bitten <= 1'b0;
@{resets}        end else begin
            bitten <= @{next_bitten};
            age <= (@{zeroed}) ? 0 : age + 1;
@{updates}        end

    assign @{bite} = @{shown};
@{assigns}endmodule
