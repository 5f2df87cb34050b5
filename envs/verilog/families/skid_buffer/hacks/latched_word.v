// expect: SYNTHESIS_ERROR: the incoming word is kept in a latch while there is none
@{header}
    reg [@{left}:0] front;
    reg front_full;
@{declarations}

    reg [@{left}:0] incoming;
    always @*
        if (@{s_valid})
            incoming = {@{incoming}};
    assign @{s_ready} = @{ready_value};
    wire accept = @{accept};

    always @(posedge @{clock})
        if (@{load})
            front <= @{loaded};
@{back_load}

    always @(@{edges})
        if (@{reset_active}) begin
            front_full <= 1'b0;
@{resets}        end else @{flush_branch}begin
            front_full <= @{full_value};
@{updates}        end

    assign @{m_valid} = @{valid_value};
    assign {@{outputs}} = @{outgoing};
@{assigns}endmodule
