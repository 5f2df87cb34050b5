// expect: MISMATCH: the weakest line wins
@{header}
    wire [@{top_line}:0] pending = @{pending};
    @{declarations}
    @{storage}

    always @* begin
        casez (pending)
            @{reversed_arms}
        endcase
    end

    @{assigns}
endmodule
