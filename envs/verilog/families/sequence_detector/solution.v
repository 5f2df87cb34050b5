// The state is how much of the pattern the latest bits have matched.
@{header}
@{state_constants}

    reg [@{state_left}:0] state;
    reg [@{state_left}:0] next;
    reg hit;
@{declarations}

    always @* begin
        hit = 1'b0;
        case (state)
@{arms}        endcase
    end

    always @(@{edges})
        if (@{reset_active}) begin
            state <= S0;
@{resets}        end else @{clear_branch}@{guard}begin
            state <= next;
@{updates}        end@{idle_branch}

@{assigns}endmodule
