// Priority encoder: line @{strongest} is the strongest.
@{header}
    wire [@{top_line}:0] pending = @{pending};
    @{declarations}
    @{storage}

    always @* begin
        casez (pending)
            @{arms}
        endcase
    end

    @{assigns}
endmodule
