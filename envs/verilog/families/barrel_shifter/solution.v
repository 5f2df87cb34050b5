// Barrel shifter: @{kind}.
@{header}
    wire [@{amount_top}:0] places = @{amount_expression};
    @{signed_word}
    @{left_line}
    @{right_line}
    @{result_line}
    @{lost_lines}
endmodule
