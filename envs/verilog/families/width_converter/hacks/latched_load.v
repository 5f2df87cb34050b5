// expect: SYNTHESIS_ERROR: what is to be stored is kept in a latch
@{header}
    reg [@{store_left}:0] store;
    reg [@{count_left}:0] count;
@{end_mark}@{declarations}

    assign @{s_ready} = @{ready_value};
    assign @{m_valid} = @{valid_value};
    wire accept = @{s_valid} && @{s_ready};
    wire deliver = @{m_valid} && @{m_ready};
@{place_wires}

    reg [@{store_left}:0] kept;
    always @*
        if (@{load})
            kept = @{loaded};
    always @(posedge @{clock})
        if (@{load})
            store <= kept;

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
