module restoring_div #(parameter WIDTH = 16) (
    input clk, input rst, input start, input valid_in, input [WIDTH-1:0] dividend, input [WIDTH-1:0] divisor,
    output reg [WIDTH-1:0] quotient, output [WIDTH-1:0] remainder, output reg valid_out, output reg done
);
    reg [WIDTH:0] rest;
    reg [WIDTH-1:0] by;
    reg [7:0] step;
    reg busy;
    wire [WIDTH:0] shifted = {rest[WIDTH-1:0], quotient[WIDTH-1]};
    wire fits = shifted >= {1'b0, by};
    assign remainder = rest[WIDTH-1:0];

    always @(posedge clk)
        if (rst) begin
            busy <= 1'b0;
            done <= 1'b0;
            valid_out <= 1'b0;
            quotient <= 0;
            rest <= 0;
        end else begin
            done <= 1'b0;
            valid_out <= 1'b0;
            if (!busy && start && valid_in) begin
                busy <= 1'b1;
                step <= 8'd0;
                rest <= 0;
                quotient <= dividend;
                by <= divisor;
            end else if (busy) begin
                rest <= fits ? shifted - {1'b0, by} : shifted;
                quotient <= {quotient[WIDTH-2:0], fits};
                step <= step + 8'd1;
                if (step == WIDTH - 1) begin
                    busy <= 1'b0;
                    done <= 1'b1;
                    valid_out <= 1'b1;
                end
            end
        end
endmodule
