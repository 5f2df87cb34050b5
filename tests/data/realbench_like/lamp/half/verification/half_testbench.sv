`timescale 1ps/1ps
module tb();
    reg clk = 0;
    initial forever #5 clk = ~clk;
    logic en, was, odd_ref, odd_dut, spare_ref, spare_dut;
    int wrong_odd, wrong_spare, count;
    stimulus_gen stim1(.clk(clk), .en(en), .was(was));
    ref_half good1(.en(en), .was(was), .odd(odd_ref), .spare(spare_ref));
    half top_module1(.en(en), .was(was), .odd(odd_dut), .spare(spare_dut));
    always @(posedge clk) begin
        count++;
        if (odd_ref !== odd_dut) wrong_odd++;
        if (spare_ref !== spare_dut) wrong_spare++;
    end
    final begin
        if (wrong_odd != 0) $display("Hint: Output 'odd' has %0d mismatches.", wrong_odd);
        else $display("Hint: Output 'odd' has no mismatches.");
        if (wrong_spare != 0) $display("Hint: Output 'spare' has %0d mismatches.", wrong_spare);
        else $display("Hint: Output 'spare' has no mismatches.");
        $display("\nHint: Total samples %0d", count);
    end
endmodule
