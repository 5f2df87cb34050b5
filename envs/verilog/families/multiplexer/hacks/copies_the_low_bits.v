// expect: MISMATCH: whatever is selected, the low bits of all lanes are given
@{header}
    @{named_line}
    assign @{word} = @{lanes};
    @{valid_line}
endmodule
