// expect: MISMATCH: the code is decoded from first flip-flops that have not settled
@{header}
    reg [@{left}:0] position, gray;
    reg [@{left}:0] @{names};
    reg [@{left}:0] decoded_1, decoded;
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
            decoded_1 <= 0;
            decoded <= 0;
@{before_cleared}
        end else begin
@{shifted}
@{decode_early}
@{before_kept}
        end

    assign @{count} = position;
    assign @{seen} = decoded;
@{changed_low}
endmodule
