module gf256_mult #(parameter MODE = "GENERIC") (input [7:0] a, input [7:0] b, output [7:0] result);
    function [7:0] product;
        input [7:0] a, b;
        integer bit_number;
        reg [7:0] power;
        begin
            product = 8'd0;
            power = a;
            for (bit_number = 0; bit_number < 8; bit_number = bit_number + 1) begin
                if (b[bit_number])
                    product = product ^ power;
                power = {power[6:0], 1'b0} ^ (power[7] ? 8'h1b : 8'h00);
            end
        end
    endfunction

    assign result = product(a, b);
endmodule
