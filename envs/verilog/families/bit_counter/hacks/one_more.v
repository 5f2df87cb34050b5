// expect: MISMATCH: the count is one too large
@{header}
    @{seen_line}
    reg [@{bits_top}:0] exact;
    @{running_line}
    integer i;

    always @* begin
        exact = @{bits}'d0;
        @{body}
    end

    @{more_line}
    @{flag_line}
endmodule
