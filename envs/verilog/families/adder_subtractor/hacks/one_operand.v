// expect: MISMATCH: the second operand is ignored
@{header}
    @{first_line}
    wire [@{width}+1:0] second = 0;
    @{exact_line}
    @{outside_line}
    @{raw_line}
    @{result_line}
    @{flag_line}
endmodule
