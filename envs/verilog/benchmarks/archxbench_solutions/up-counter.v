module up_counter8 (input clk, input rst, output reg [7:0] count);
    always @(posedge clk)
        count <= rst ? 8'd0 : count + 8'd1;
endmodule
