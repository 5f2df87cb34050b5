// Comparator of @{width}-bit words.
@{header}
    @{first_line}
    @{second_line}
    @{agree_line}
    @{holds_line}
    @{value_line}
endmodule
