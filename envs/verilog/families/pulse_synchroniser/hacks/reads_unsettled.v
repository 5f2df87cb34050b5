// expect: MISMATCH: the first flip-flop is looked at before it has settled, by more than one reader
@{header}
    reg toggle;
@{was_declared}
@{back_declared}
    reg [@{last}:0] seen, found;
@{last_declared}
@{again_declared}

    wire active = @{active};
    wire happens = @{happens};
@{arrival_found}

    always @(@{sending_edges})
        if (@{sending_reset_active}) begin
            toggle <= 1'b0;
@{was_cleared}
@{back_cleared}
        end else begin
            toggle <= toggle ^ happens;
@{was_kept}
@{back_shifted}
        end

    always @(@{receiving_edges})
        if (@{receiving_reset_active}) begin
            seen <= 0;
            found <= 0;
@{again_cleared}
@{last_cleared}
        end else begin
            seen <= {seen[@{below}:0], toggle};
@{last_first}
@{again_kept}
        end

@{busy_assigned}
    assign @{out} = @{shows_unsettled};
endmodule
