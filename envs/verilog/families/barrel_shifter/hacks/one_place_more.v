// expect: MISMATCH: a word that moves at all moves one place too far
@{header}
    wire [@{amount_top}:0] given = @{amount_expression};
    wire [@{amount_top}+1:0] places = given + |given;
    @{signed_word}
    @{left_line}
    @{right_line}
    @{result_line}
    @{lost_lines}
endmodule
