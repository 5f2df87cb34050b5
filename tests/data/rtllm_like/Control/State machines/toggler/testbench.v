`timescale 1ns/1ns
module main;
    reg clk = 0, rst_n, en;
    reg kept;
    wire state;
    integer errors = 0, round;
    toggler DUT (.clk(clk), .rst_n(rst_n), .en(en), .state(state));
    always #5 clk = ~clk;
    initial begin
        rst_n = 0;
        en = 0;
        #12 rst_n = 1;
        kept = 0;
        for (round = 0; round < 40; round = round + 1) begin
            @(negedge clk);
            if (state !== kept) errors = errors + 1;
            en = $random;
            if (en) kept = ~kept;
        end
        if (errors == 0) $display("===========Your Design Passed===========");
        else $display("===========Test completed with %d /40 failures===========", errors);
        $finish;
    end
endmodule
