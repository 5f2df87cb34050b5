// expect: MISMATCH: right for one operation only
@{header}
    wire [@{sum_top}:0] sum = @{sum};
    wire [@{sum_top}:0] difference = @{difference};
    wire [@{top_bit}:0] value = sum[@{top_bit}:0];

    assign @{y} = value;
    @{flag_assigns}
endmodule
