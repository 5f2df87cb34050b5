// expect: MISMATCH: the order of the segments is reversed
@{header}
    reg [6:0] pattern;
    @{suppressed_line}

    always @* begin
        case (@{digit})
            @{arms}
            @{last_arm}
        endcase
    end

    @{mirrored_line}
    @{ripple_line}
endmodule
