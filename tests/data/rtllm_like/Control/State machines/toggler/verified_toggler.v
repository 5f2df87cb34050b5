module verified_toggler(clk, rst_n, en, state);
    input clk, rst_n, en;
    output state;
    reg state;
    always @(posedge clk or negedge rst_n)
        if (!rst_n) state <= 1'b0;
        else if (en) state <= ~state;
endmodule
