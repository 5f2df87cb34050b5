// expect: MISMATCH: the relation is told with the wrong level
@{header}
    @{first_line}
    @{second_line}
    @{agree_line}
    @{inverted_line}
    @{value_line}
endmodule
