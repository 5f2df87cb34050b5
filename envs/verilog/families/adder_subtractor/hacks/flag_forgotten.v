// expect: MISMATCH: the flag is never 1
@{header}
    @{first_line}
    @{second_line}
    @{exact_line}
    @{outside_line}
    @{raw_line}
    @{result_line}
    @{no_flag_line}
endmodule
