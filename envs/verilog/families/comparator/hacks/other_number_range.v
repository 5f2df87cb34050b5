// expect: MISMATCH: signed and unsigned words are taken for each other
@{header}
    @{other_first_line}
    @{other_second_line}
    @{agree_line}
    @{holds_line}
    @{value_line}
endmodule
