// expect: SYNTHESIS_ERROR: the Gray code is made by logic between the counter and the synchroniser
@{header}
    reg [@{left}:0] position;
    reg [@{left}:0] @{names};
@{before_declared}

    wire [@{left}:0] following = @{following};
    wire [@{left}:0] next = @{step} ? following : position;
    wire [@{left}:0] gray = position ^ (position >> 1);
@{binary_function}

    always @(@{sending_edges})
        if (@{sending_reset_active}) begin
            position <= 0;

        end else begin
            position <= next;

        end

    always @(@{receiving_edges})
        if (@{receiving_reset_active}) begin
@{cleared}
@{before_cleared}
        end else begin
@{shifted}
@{before_kept}
        end

    assign @{count} = position;
    assign @{seen} = @{read};
@{changed_assigned}
endmodule
