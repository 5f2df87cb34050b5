module decoder_2to4 (input [1:0] in, input enable, output [3:0] out);
    assign out = enable ? 4'd1 << in : 4'd0;
endmodule
