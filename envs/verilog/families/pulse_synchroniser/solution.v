// Every event turns a register over; the other side synchronises it and looks for changes.
@{header}
    reg toggle;
@{was_declared}
@{back_declared}
    reg [@{last}:0] seen;
@{last_declared}
@{again_declared}

    wire active = @{active};
    wire happens = @{happens};
@{arrival}

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
@{last_cleared}
@{again_cleared}
        end else begin
            seen <= {seen[@{below}:0], toggle};
@{last_kept}
@{again_kept}
        end

@{busy_assigned}
    assign @{out} = @{shows};
endmodule
