module siso_8bit (input clk, input rst, input sin, output sout);
    reg [7:0] held;
    assign sout = held[7];
    always @(posedge clk)
        held <= rst ? 8'd0 : {held[6:0], sin};
endmodule
