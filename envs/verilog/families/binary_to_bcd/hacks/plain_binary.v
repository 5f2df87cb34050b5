// expect: MISMATCH: the number is passed on in binary
@{header}
    wire [@{decimal_top}:0] decimal = @{number};
    assign @{digits} = decimal;
    @{minus_line}
    @{flag_line}
endmodule
