module mux_half (input in0, input in1, input sel, output out);
    assign out = sel ? in1 : in0;
endmodule

module mux_4to1 (input [3:0] in, input [1:0] sel, output out);
    wire low, high;
    mux_half lower (.in0(in[0]), .in1(in[1]), .sel(sel[0]), .out(low));
    mux_half upper (.in0(in[2]), .in1(in[3]), .sel(sel[0]), .out(high));
    mux_half last (.in0(low), .in1(high), .sel(sel[1]), .out(out));
endmodule
