// expect: MISMATCH: credits returned at an edge that spends some are forgotten
@{header}
    localparam [@{left}:0] LIMIT = @{width}'d@{limit};

    reg [@{held_left}:0] held;
@{declarations}

    wire [@{left}:0] price = @{cost_value};
    wire [@{left}:0] stock = @{stock};
    wire sends = @{sends};
    wire [@{left}:0] spent = sends ? price : @{width}'d0;
    wire [@{left}:0] sum = (spent != 0) ? held - spent : held + @{back};
    wire excess = sum > LIMIT;

    always @(@{edges})
        if (@{reset_active}) begin
            held <= @{start};
@{resets}        end else begin
            held <= excess ? @{too_much} : sum;
@{updates}        end

    assign @{answer} = @{answer_value};
@{assigns}endmodule
