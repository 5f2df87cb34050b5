module bit_manip_unit #(parameter N = 16, parameter M = 4) (
    input [N-1:0] data, input [N-1:0] data2, input [1:0] op_code, input [M-1:0] shift_amt, input [N-1:0] mask_val,
    output reg [N-1:0] out, output reg [N-1:0] out2
);
    wire [2*N-1:0] turned = {data, data} << shift_amt;
    always @* begin
        out2 = 0;
        case (op_code)
            2'd0: out = turned[2*N-1:N];
            2'd1: out = data & mask_val;
            2'd2: out = {data[N/2-1:0], data2[N/2-1:0]};
            default: begin
                out = data[N-1:N/2];
                out2 = data[N/2-1:0];
            end
        endcase
    end
endmodule
