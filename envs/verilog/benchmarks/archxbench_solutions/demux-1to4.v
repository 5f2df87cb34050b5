module demux_half (input in, input sel, output out0, output out1);
    assign out0 = in & ~sel;
    assign out1 = in & sel;
endmodule

module demux_1to4 (input in, input [1:0] sel, output out0, output out1, output out2, output out3);
    wire low, high;
    demux_half first (.in(in), .sel(sel[1]), .out0(low), .out1(high));
    demux_half lower (.in(low), .sel(sel[0]), .out0(out0), .out1(out1));
    demux_half upper (.in(high), .sel(sel[0]), .out0(out2), .out1(out3));
endmodule
