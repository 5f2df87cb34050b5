// expect: SYNTHESIS_ERROR: two registers are joined by logic before the synchroniser
@{header}
    reg first, second;
@{was_declared}
@{back_declared}
    reg [@{last}:0] seen;
@{last_declared}
@{again_declared}

    wire active = @{active};
    wire happens = @{happens};
    wire toggle = first ^ second;
@{arrival}

    always @(@{sending_edges})
        if (@{sending_reset_active}) begin
            first <= 1'b0;
            second <= 1'b0;
@{was_cleared}
@{back_cleared}
        end else begin
            if (happens & ~toggle)
                first <= ~first;
            if (happens & toggle)
                second <= ~second;
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
