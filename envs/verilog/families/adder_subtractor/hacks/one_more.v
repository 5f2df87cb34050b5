// expect: MISMATCH: the result is one too large
@{header}
    @{first_line}
    @{second_line}
    @{exact_line}
    @{outside_line}
    @{raw_line}
    @{wrapped_line}
    @{flag_line}
endmodule
