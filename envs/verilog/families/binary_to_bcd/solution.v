// Decimal digits of a @{width}-bit number: the bits are shifted in, and a digit of 5 or more is corrected ahead of a shift.
@{header}
    @{magnitude_line}
    reg [@{decimal_top}:0] decimal;
    integer bit_place, place;

    always @* begin
        decimal = 0;
        for (bit_place = @{bits} - 1; bit_place >= 0; bit_place = bit_place - 1) begin
            for (place = 0; place < @{count}; place = place + 1)
                if (decimal[4 * place +: 4] >= 4'd5)
                    decimal[4 * place +: 4] = decimal[4 * place +: 4] + 4'd3;
            decimal = {decimal[@{decimal_top}-1:0], magnitude[bit_place]};
        end
    end

    @{digit_lines}
    @{digits_line}
    @{minus_line}
    @{flag_line}
endmodule

// The code of one digit.
module coder (
    input  wire [3:0] digit,
    output wire [3:0] code
);
    assign code = @{coded};
endmodule
