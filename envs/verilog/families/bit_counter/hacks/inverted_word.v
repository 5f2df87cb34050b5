// expect: MISMATCH: ones are taken for zeros
@{header}
    @{plain_line}
    reg [@{bits_top}:0] exact;
    @{running_line}
    integer i;

    always @* begin
        exact = @{bits}'d0;
        @{body}
    end

    @{count_line}
    @{flag_line}
endmodule
