// All words in one register, the top word at its low end; places that hold no word are 0.
@{header}
    reg [@{all_left}:0] words;
    reg [@{count_left}:0] held;
@{registers}

    wire is_full = held == @{depth};
    wire is_empty = held == 0;
    wire pushes = @{pushes};
    wire pops = @{pops};
    wire takes = pops && !is_empty;
    wire lost = @{lost};
    wire stores = @{stores};

    always @(@{edges})
        if (@{reset_active}) begin
            words <= 0;
            held <= 0;
@{resets}        end else begin
@{exchange_branch}if (stores)
                words <= {words[@{below_left}:0], @{data}};
            else if (takes)
                words <= words >> @{width};
            if (@{grows})
                held <= held + 1'b1;
            else if (@{shrinks})
                held <= held - 1'b1;
@{updates}        end

    assign @{full} = is_full;
    assign @{empty} = is_empty;
@{assigns}endmodule
