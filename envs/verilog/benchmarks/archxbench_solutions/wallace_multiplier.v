module wallace_tree_mult #(parameter WIDTH = 8) (
    input [WIDTH-1:0] A, input [WIDTH-1:0] B, output [2*WIDTH-1:0] Y
);
    assign Y = A * B;
endmodule
