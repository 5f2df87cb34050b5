module blinker(input clk, input rst, input en, output reg lamp);
    wire odd, spare;
    half inner(.en(1'b1), .was(lamp), .odd(odd), .spare(spare));
    always @(posedge clk or posedge rst)
        if (rst) lamp <= 1'b0;
        else if (en) lamp <= odd;
endmodule
