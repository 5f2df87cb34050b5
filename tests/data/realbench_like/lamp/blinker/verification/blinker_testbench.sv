`timescale 1ps/1ps
module tb();
    reg clk = 0;
    initial forever #5 clk = ~clk;
    logic rst, en, lamp_ref, lamp_dut;
    int wrong, count;
    stimulus_gen stim1(.clk(clk), .rst(rst), .en(en));
    ref_blinker good1(.clk(clk), .rst(rst), .en(en), .lamp(lamp_ref));
    blinker top_module1(.clk(clk), .rst(rst), .en(en), .lamp(lamp_dut));
    always @(posedge clk) begin
        count++;
        if (lamp_ref !== lamp_dut) wrong++;
    end
    final begin
        if (wrong != 0) $display("Hint: Output 'lamp' has %0d mismatches.", wrong);
        else $display("Hint: Output 'lamp' has no mismatches.");
        $display("Hint: Total mismatched samples is %1d out of %1d samples", wrong, count);
    end
endmodule
