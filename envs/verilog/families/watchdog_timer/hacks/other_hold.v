// expect: MISMATCH: the bite lasts until the reset where it should be short, or the other way round
@{header}
    reg [@{left}:0] age;
    reg bitten;
@{declarations}

    wire served = @{served};
    wire bites = @{gate}(@{reasons});

    always @(@{edges})
        if (@{reset_active}) begin
            age <= 0;
            bitten <= 1'b0;
@{resets}        end else begin
            bitten <= @{other_bitten};
            age <= (@{zeroed}) ? 0 : age + 1;
@{updates}        end

    assign @{bite} = @{shown};
@{assigns}endmodule
