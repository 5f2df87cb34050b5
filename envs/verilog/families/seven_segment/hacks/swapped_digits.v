// expect: MISMATCH: two digits are taken for each other
@{header}
    reg [6:0] pattern;
    @{suppressed_line}

    always @* begin
        case (@{digit})
            @{swapped_arms}
            @{last_arm}
        endcase
    end

    @{segments_line}
    @{ripple_line}
endmodule
