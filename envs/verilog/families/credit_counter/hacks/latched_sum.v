// expect: SYNTHESIS_ERROR: the sum keeps its value in a latch while nothing changes
@{header}
    localparam [@{left}:0] LIMIT = @{width}'d@{limit};

    reg [@{held_left}:0] held;
@{declarations}

    wire [@{left}:0] price = @{cost_value};
    wire [@{left}:0] stock = @{stock};
    wire sends = @{sends};
    wire [@{left}:0] spent = sends ? price : @{width}'d0;
    reg [@{left}:0] kept;
    wire moves = @{back} != 0 || spent != 0;
    always @*
        if (moves)
            kept = held + @{back} - spent;
    wire [@{left}:0] sum = moves ? kept : held;
    wire excess = sum > LIMIT;

    always @(@{edges})
        if (@{reset_active}) begin
            held <= @{start};
@{resets}        end else begin
            held <= excess ? @{too_much} : sum;
@{updates}        end

    assign @{answer} = @{answer_value};
@{assigns}endmodule
