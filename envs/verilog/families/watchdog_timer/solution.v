// `age` is the number of edges since the last service, or whatever else made it 0.
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
            bitten <= @{next_bitten};
            age <= (@{zeroed}) ? 0 : age + 1;
@{updates}        end

    assign @{bite} = @{shown};
@{assigns}endmodule
