module piso_8bit (input clk, input rst, input load, input [7:0] pin, output sout);
    reg [7:0] held;
    assign sout = held[7];
    always @(posedge clk)
        held <= rst ? 8'd0 : load ? pin : {held[6:0], 1'b0};
endmodule
