// The counter keeps its Gray code in a register of its own, and that register crosses.
@{header}
    reg [@{left}:0] position, gray;
    reg [@{left}:0] @{names};
@{before_declared}

    wire [@{left}:0] following = @{following};
    wire [@{left}:0] next = @{step} ? following : position;
@{binary_function}

    always @(@{sending_edges})
        if (@{sending_reset_active}) begin
            position <= 0;
            gray <= 0;
        end else begin
            position <= next;
            gray <= next ^ (next >> 1);
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
