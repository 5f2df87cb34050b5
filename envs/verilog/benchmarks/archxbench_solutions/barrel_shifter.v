module barrel_shifter #(parameter N = 16, parameter M = 4) (
    input [N-1:0] data, input [M-1:0] shamt, input dir, input arith, output [N-1:0] out
);
    wire signed [N:0] extended = {arith & data[N-1], data};
    wire signed [N:0] right = extended >>> shamt;
    assign out = dir ? right[N-1:0] : data << shamt;
endmodule
