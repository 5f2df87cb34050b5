// Seven-segment decoder.
@{header}
    reg [6:0] pattern;
    @{suppressed_line}

    always @* begin
        case (@{digit})
            @{arms}
            @{last_arm}
        endcase
    end

    @{segments_line}
    @{ripple_line}
endmodule
