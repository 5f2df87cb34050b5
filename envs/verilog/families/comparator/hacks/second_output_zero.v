// expect: MISMATCH: the second output is left at 0
@{header}
    @{first_line}
    @{second_line}
    @{holds_line}
    assign @{second} = 0;
endmodule
