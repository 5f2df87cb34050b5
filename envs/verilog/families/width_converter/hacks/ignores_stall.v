// expect: MISMATCH: an outgoing word leaves whether it can be taken or not
@{header}
    reg [@{store_left}:0] store;
    reg [@{count_left}:0] count;
@{end_mark}@{declarations}

    assign @{s_ready} = @{ready_value};
    assign @{m_valid} = @{valid_value};
    wire accept = @{s_valid} && @{s_ready};
    wire deliver = @{m_valid};
@{place_wires}

    always @(posedge @{clock})
        if (@{load})
            store <= @{loaded};

    always @(@{edges})
        if (@{reset_active}) begin
            count <= 0;
@{end_reset}@{resets}        end else @{flush_branch}begin
            if (accept) begin
                count <= @{filled};
@{ends}            end else begin
                if (deliver)
                    count <= @{emptied};
@{stays}            end
@{updates}        end

@{assigns}endmodule
