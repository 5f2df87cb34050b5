module johnson_counter4 (input clk, input rst, output reg [3:0] q);
    always @(posedge clk)
        q <= rst ? 4'd0 : {q[2:0], ~q[3]};
endmodule
