module shift_add_mult #(parameter WIDTH = 16, parameter PARALLEL_OPS = 1, parameter SIGNED = 1) (
    input clk, input rst, input start, input valid_in, input [WIDTH-1:0] A, input [WIDTH-1:0] B, input signed_mode,
    output reg [2*WIDTH-1:0] result, output reg valid_out, output reg done, output reg busy
);
    localparam STEPS = (WIDTH + PARALLEL_OPS - 1) / PARALLEL_OPS;
    reg [2*WIDTH-1:0] added, sum, following;
    reg [WIDTH-1:0] left;
    reg negative;
    reg [7:0] step;
    wire minus_a = SIGNED && signed_mode && A[WIDTH-1];
    wire minus_b = SIGNED && signed_mode && B[WIDTH-1];
    integer place;

    always @* begin
        following = sum;
        for (place = 0; place < PARALLEL_OPS; place = place + 1)
            if (left[place])
                following = following + (added << place);
    end

    always @(posedge clk)
        if (rst) begin
            busy <= 1'b0;
            done <= 1'b0;
            valid_out <= 1'b0;
            result <= 0;
        end else begin
            done <= 1'b0;
            valid_out <= 1'b0;
            if (!busy && start && valid_in) begin
                busy <= 1'b1;
                step <= 8'd0;
                sum <= 0;
                added <= minus_a ? -A : A;
                left <= minus_b ? -B : B;
                negative <= minus_a != minus_b;
                if (minus_a)
                    added[2*WIDTH-1:WIDTH] <= 0;
            end else if (busy) begin
                sum <= following;
                added <= added << PARALLEL_OPS;
                left <= left >> PARALLEL_OPS;
                step <= step + 8'd1;
                if (step == STEPS - 1) begin
                    busy <= 1'b0;
                    done <= 1'b1;
                    valid_out <= 1'b1;
                    result <= negative ? -following : following;
                end
            end
        end
endmodule
