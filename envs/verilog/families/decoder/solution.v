// Decoder of @{count} lines.
@{header}
    @{place_line}
    @{known_line}
    @{shape_line}
    @{active_line}
    @{lines_line}
    @{error_line}
endmodule
