// expect: MISMATCH: returned credits are counted without a limit
@{header}
    localparam [@{left}:0] LIMIT = @{width}'d@{limit};

    reg [@{held_left}:0] held;
@{declarations}

    wire [@{left}:0] price = @{cost_value};
    wire [@{left}:0] stock = @{stock};
    wire sends = @{sends};
    wire [@{left}:0] spent = sends ? price : @{width}'d0;
    wire [@{left}:0] sum = held + @{back} - spent;
    wire excess = sum > LIMIT;

    always @(@{edges})
        if (@{reset_active}) begin
            held <= @{start};
@{resets}        end else begin
            held <= sum;
@{updates}        end

    assign @{answer} = @{answer_value};
@{assigns}endmodule
