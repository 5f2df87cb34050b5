module verified_square #(parameter WIDTH = 4) (
    input [WIDTH-1:0] x,
    output [2*WIDTH-1:0] y
);
    assign y = x * x;
endmodule
