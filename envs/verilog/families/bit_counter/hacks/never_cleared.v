// expect: MISMATCH,SYNTHESIS_ERROR,TIMEOUT: the count of the last word is never cleared
@{header}
    @{seen_line}
    reg [@{bits_top}:0] exact = 0;
    @{running_line}
    integer i;

    always @* begin
        @{body}
    end

    @{count_line}
    @{flag_line}
endmodule
