module stimulus_gen(input clk, output logic rst, output logic en);
    initial begin
        {rst, en} = 2'b10;
        @(negedge clk) rst = 0;
        repeat (40) @(negedge clk) en = $random;
        rst = 1;
        @(negedge clk) $finish;
    end
endmodule
