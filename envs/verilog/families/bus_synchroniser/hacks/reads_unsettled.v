// expect: MISMATCH: the first flip-flop is looked at before it has settled, by more than one reader
@{header}
    reg flag;
@{held_declared}
    reg [@{last}:0] seen;
    reg known;
@{found_declared}
    reg [@{left}:0] result;
@{strobe_declared}

    wire arrival = @{arrival_unsettled};

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
@{found_cleared}
            result <= @{start};
@{strobe_cleared}
        end else begin
            seen <= {seen[@{below}:0], flag};
            known <= seen[0];
@{found_kept}
            if (arrival)
                result <= @{effect};
@{strobe_kept}
        end

    assign @{word} = result;
@{strobe_assigned}
endmodule
