module gray_counter8 (input wire clk, input wire rst, output wire [7:0] count);
    reg [7:0] binary;
    assign count = binary ^ (binary >> 1);
    always @(posedge clk)
        binary <= rst ? 8'd0 : binary + 8'd1;
endmodule
