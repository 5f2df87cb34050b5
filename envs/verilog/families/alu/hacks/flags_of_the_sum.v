// expect: MISMATCH: the flags look at the adder, whatever operation is selected
@{header}
    reg  [@{top_bit}:0] selected;
    wire [@{sum_top}:0] sum = @{sum};
    wire [@{sum_top}:0] difference = @{difference};
    wire [@{top_bit}:0] value = sum[@{top_bit}:0];

    always @* begin : choose
        reg [@{top_bit}:0] value;
        case (@{op})
            @{arms}
        endcase
        selected = value;
    end

    assign @{y} = selected;
    @{flag_assigns}
endmodule
