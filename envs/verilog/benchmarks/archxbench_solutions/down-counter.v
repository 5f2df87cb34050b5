module down_counter8 (
    input clk, input rst, input load, input enable, input [7:0] data_in, output reg [7:0] count, output tc
);
    assign tc = count == 8'd0;
    always @(posedge clk)
        if (rst)
            count <= 8'd0;
        else if (load)
            count <= data_in;
        else if (enable)
            count <= count - 8'd1;
endmodule
