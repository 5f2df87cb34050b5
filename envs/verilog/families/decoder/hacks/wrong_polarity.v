// expect: MISMATCH: active lines have the wrong level
@{header}
    @{place_line}
    @{known_line}
    @{shape_line}
    @{active_line}
    @{wrong_line}
    @{error_line}
endmodule
