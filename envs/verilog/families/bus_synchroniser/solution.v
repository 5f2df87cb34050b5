// A flag turns over with every word; where its change arrives, the word has been still for long enough.
@{header}
    reg flag;
@{held_declared}
    reg [@{last}:0] seen;
    reg known;
    reg [@{left}:0] result;
@{strobe_declared}

    wire arrival = seen[@{last}] ^ known;

    always @(@{sending_edges})
        if (@{sending_reset_active})
            flag <= 1'b0;
        else
            flag <= flag ^ @{send};

@{held_kept}

    always @(@{receiving_edges})
        if (@{receiving_reset_active}) begin
            seen <= 0;
            known <= 1'b0;
            result <= @{start};
@{strobe_cleared}
        end else begin
            seen <= {seen[@{below}:0], flag};
            known <= seen[@{last}];
            if (arrival)
                result <= @{effect};
@{strobe_kept}
        end

    assign @{word} = result;
@{strobe_assigned}
endmodule
