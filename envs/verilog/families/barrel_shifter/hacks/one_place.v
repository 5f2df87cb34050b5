// expect: MISMATCH: it moves by one place at most
@{header}
    wire [@{amount_top}:0] given = @{amount_expression};
    wire places = |given;
    @{signed_word}
    @{left_line}
    @{right_line}
    @{result_line}
    @{lost_lines}
endmodule
