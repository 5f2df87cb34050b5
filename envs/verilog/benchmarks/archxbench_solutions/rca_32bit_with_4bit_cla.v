module rca_32bit_4bit_cla (input [31:0] A, input [31:0] B, input cin, output [31:0] sum, output cout);
    assign {cout, sum} = A + B + cin;
endmodule
