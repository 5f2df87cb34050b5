// expect: MISMATCH: every bit of the word has a synchroniser of its own, and nothing says when they agree
@{header}
    reg [@{left}:0] held, first, second, third;
    reg [@{left}:0] result;
@{strobe_declared}

    wire arrival = second != third;

    always @(@{sending_edges})
        if (@{sending_reset_active})
            held <= 0;
        else if (@{send})
            held <= @{data};

    always @(@{receiving_edges})
        if (@{receiving_reset_active}) begin
            first <= 0;
            second <= 0;
            third <= 0;
            result <= @{start};
@{strobe_cleared}
        end else begin
            first <= held;
            second <= first;
            third <= second;
            if (arrival)
                result <= @{effect_of_second};
@{strobe_kept}
        end

    assign @{word} = result;
@{strobe_assigned}
endmodule
