module decoder_half (input [1:0] in, input enable, output [3:0] out);
    assign out = enable ? 4'd1 << in : 4'd0;
endmodule

module decoder3to8 (input [2:0] in, input enable, output [7:0] out);
    decoder_half high (.in(in[1:0]), .enable(enable && in[2]), .out(out[7:4]));
    decoder_half low (.in(in[1:0]), .enable(enable && !in[2]), .out(out[3:0]));
endmodule
