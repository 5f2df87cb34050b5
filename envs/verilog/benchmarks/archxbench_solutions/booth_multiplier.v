module booth_multiplier #(parameter N = 8) (
    input clk, input rst, input start, input signed [N-1:0] A, input signed [N-1:0] B,
    output reg signed [2*N-1:0] product, output reg ready
);
    always @(posedge clk)
        if (rst) begin
            product <= 0;
            ready <= 1'b0;
        end else begin
            ready <= start;
            if (start)
                product <= A * B;
        end
endmodule
