// expect: MISMATCH: the weakest line is never served
@{header}
    wire [@{top_line}:0] lines = @{pending};
    wire [@{top_line}:0] pending = lines & ~(@{width}'d1 << @{weakest});
    @{declarations}
    @{storage}

    always @* begin
        casez (pending)
            @{arms}
        endcase
    end

    @{assigns}
endmodule
