// expect: MISMATCH: the binary count crosses, whose bits do not change one at a time
@{header}
    reg [@{left}:0] position;
    reg [@{left}:0] @{names};
@{before_declared}

    wire [@{left}:0] following = @{following};
    wire [@{left}:0] next = @{step} ? following : position;
    wire [@{left}:0] gray = position;

    always @(@{sending_edges})
        if (@{sending_reset_active})
            position <= 0;
        else
            position <= next;

    always @(@{receiving_edges})
        if (@{receiving_reset_active}) begin
@{cleared}
@{before_cleared}
        end else begin
@{shifted}
@{before_kept}
        end

    assign @{count} = position;
    assign @{seen} = @{plain_read};
@{changed_assigned}
endmodule
