// expect: MISMATCH,SYNTHESIS_ERROR: without a request the pending lines stay what they were, in a latch
@{header}
    wire [@{top_line}:0] lines = @{pending};
    reg  [@{top_line}:0] pending;
    @{declarations}
    @{storage}

    always @*
        if (|lines)
            pending = lines;

    always @* begin
        casez (pending)
            @{arms}
        endcase
    end

    @{assigns}
endmodule
