// expect: MISMATCH: the request lines have the opposite polarity
@{header}
    wire [@{top_line}:0] pending = ~(@{pending});
    @{declarations}
    @{storage}

    always @* begin
        casez (pending)
            @{arms}
        endcase
    end

    @{assigns}
endmodule
