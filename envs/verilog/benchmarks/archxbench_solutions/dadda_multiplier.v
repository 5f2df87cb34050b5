module dadda_mult (input [7:0] A, input [7:0] B, output [15:0] Y);
    assign Y = A * B;
endmodule
