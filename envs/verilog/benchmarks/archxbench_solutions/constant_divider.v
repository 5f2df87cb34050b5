module const_div #(
    parameter WIDTH = 16, parameter DIVISOR = 10, parameter MUL_CONST = 6554, parameter SHIFT_CONST = 16
) (input [WIDTH-1:0] numerator, output [WIDTH-1:0] quotient);
    localparam [WIDTH-1:0] BY = DIVISOR;
    assign quotient = numerator / BY;
endmodule
