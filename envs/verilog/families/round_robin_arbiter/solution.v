// The lowest request at or above the first requester: what a subtraction of its bit from the doubled requests uncovers.
@{header}
    reg [@{left}:0] first;
@{declarations}

    wire [@{left}:0] lines = @{request_lines}@{enabled};
    wire [@{doubled_left}:0] doubled = {lines[@{wrapped_left}:0], lines};
    wire [@{doubled_left}:0] lowest = doubled & ~(doubled - first);
    wire [@{left}:0] chosen = lowest[@{left}:0] | lowest[@{doubled_left}:@{lines}];

    always @(@{edges})
        if (@{reset_active}) begin
            first <= @{start_bit};
@{resets}        end else begin
            if (@{moves})
                first <= @{following};
@{updates}        end

@{loop}
@{assigns}endmodule
