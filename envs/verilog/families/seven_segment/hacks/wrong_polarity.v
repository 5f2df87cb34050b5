// expect: MISMATCH: lit segments have the wrong level
@{header}
    reg [6:0] pattern;
    @{suppressed_line}

    always @* begin
        case (@{digit})
            @{arms}
            @{last_arm}
        endcase
    end

    @{inverted_line}
    @{ripple_line}
endmodule
