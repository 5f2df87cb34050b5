module sipo_8bit (input clk, input rst, input sin, output reg [7:0] pout);
    always @(posedge clk)
        pout <= rst ? 8'd0 : {pout[6:0], sin};
endmodule
