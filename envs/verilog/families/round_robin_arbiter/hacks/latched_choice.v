// expect: SYNTHESIS_ERROR: the choice is kept in a latch while nobody requests
@{header}
    reg [@{left}:0] first;
@{declarations}

    wire [@{left}:0] lines = @{request_lines}@{enabled};
    wire [@{doubled_left}:0] doubled = {lines[@{wrapped_left}:0], lines};
    wire [@{doubled_left}:0] lowest = doubled & ~(doubled - first);
    reg [@{left}:0] kept;
    always @*
        if (|lines)
            kept = lowest[@{left}:0] | lowest[@{doubled_left}:@{lines}];
    wire [@{left}:0] chosen = kept & {@{lines}{|lines}};

    always @(@{edges})
        if (@{reset_active}) begin
            first <= @{start_bit};
@{resets}        end else begin
            if (@{moves})
                first <= @{following};
@{updates}        end

@{loop}
@{assigns}endmodule
