module mux_2to1 (input in0, input in1, input sel, output out);
    assign out = (in0 & ~sel) | (in1 & sel);
endmodule
