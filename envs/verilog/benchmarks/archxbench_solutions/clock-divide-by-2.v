module clock_div2 (input clk, input rst, output reg clk_out);
    always @(posedge clk)
        clk_out <= rst ? 1'b0 : !clk_out;
endmodule
