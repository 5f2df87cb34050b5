// expect: MISMATCH: the word is never moved
@{header}
    wire [@{amount_top}:0] places = 0;
    @{signed_word}
    @{left_line}
    @{right_line}
    @{result_line}
    @{lost_lines}
endmodule
