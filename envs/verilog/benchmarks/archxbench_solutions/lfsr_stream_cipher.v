module lfsr_stream_cipher #(parameter N = 8, parameter LFSR_POLY = 8'b10001110) (
    input clk, input rst, input [N-1:0] seed, input enable, output lfsr_out, output reg [N-1:0] state
);
    assign lfsr_out = state[0];
    always @(posedge clk)
        if (rst)
            state <= seed;
        else if (enable)
            state <= {^(state & LFSR_POLY), state[N-1:1]};
endmodule
