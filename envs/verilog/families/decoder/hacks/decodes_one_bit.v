// expect: MISMATCH: only the lowest bit of the code is looked at
@{header}
    @{known_line}
    wire place = @{code};
    @{shape_line}
    @{active_line}
    @{lines_line}
    @{error_line}
endmodule
