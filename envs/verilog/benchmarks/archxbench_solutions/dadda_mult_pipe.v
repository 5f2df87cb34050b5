module dadda_mult #(parameter WIDTH = 16, parameter PIPELINED = 1) (
    input clk, input rst, input [WIDTH-1:0] a, input [WIDTH-1:0] b, input valid_in,
    output reg [2*WIDTH-1:0] product, output reg valid_out, output done
);
    reg [2*WIDTH-1:0] first;
    reg first_valid;
    assign done = valid_out;
    always @(posedge clk)
        if (rst) begin
            first_valid <= 1'b0;
            valid_out <= 1'b0;
            first <= 0;
            product <= 0;
        end else begin
            first <= a * b;
            first_valid <= valid_in;
            product <= first;
            valid_out <= first_valid;
        end
endmodule
