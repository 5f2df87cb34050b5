// Operands are extended first, so that the exact value is there.
@{header}
    @{first_line}
    @{second_line}
    @{exact_line}
    @{outside_line}
    @{raw_line}
    @{result_line}
    @{flag_line}
endmodule
