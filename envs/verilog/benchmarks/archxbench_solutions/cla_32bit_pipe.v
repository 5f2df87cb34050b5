module pipelined_cla_32bit (
    input clk, input rst, input [31:0] A, input [31:0] B, input cin, output reg [31:0] sum, output reg cout
);
    reg [32:0] first, second, third;
    always @(posedge clk)
        if (rst) begin
            first <= 0;
            second <= 0;
            third <= 0;
            {cout, sum} <= 0;
        end else begin
            first <= A + B + cin;
            second <= first;
            third <= second;
            {cout, sum} <= third;
        end
endmodule
