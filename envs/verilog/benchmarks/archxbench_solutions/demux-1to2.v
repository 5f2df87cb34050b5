module demux_1to2 (input in, input sel, output out0, output out1);
    assign out0 = in & ~sel;
    assign out1 = in & sel;
endmodule
