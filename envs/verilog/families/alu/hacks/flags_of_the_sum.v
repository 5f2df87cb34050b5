// expect: MISMATCH: the flags look at the sum of the operands, whatever operation is selected
@{header}
    reg  [@{top_bit}:0] selected;
    wire [@{top_bit}:0] value = @{a} + @{b};
    @{carry_declaration}

    always @* begin : choose
        reg [@{top_bit}:0] value;
        @{carry_default}
        case (@{op})
            @{arms}
        endcase
        selected = value;
    end

    assign @{y} = selected;
    @{flag_assigns}
endmodule
