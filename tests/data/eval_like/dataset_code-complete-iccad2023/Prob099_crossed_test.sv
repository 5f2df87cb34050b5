`timescale 1 ps/1 ps
`define HALF 5

module stimulus_gen (
  input clk,
  output logic a
);
  initial begin
    repeat (20) @(posedge clk, negedge clk) a <= $random;
    #1 $finish;
  end
endmodule

module tb ();
  reg clk = 0;
  initial forever #`HALF clk = ~clk;

  logic a;
  logic x_ref, x_dut;
  logic y_ref, y_dut;

  int samples = 0, wrong = 0;
  int wrong_x = 0, first_x = 0;
  int wrong_y = 0, first_y = 0;

  wire tb_match;
  wire tb_mismatch = ~tb_match;

  initial begin
    $dumpfile("wave.vcd");
    $dumpvars(1, stim1.clk, tb_mismatch, a, x_ref, x_dut, y_ref, y_dut);
  end

  stimulus_gen stim1 (.clk, .*);
  RefModule good1 (.a(a), .x(x_ref), .y(y_ref));
  TopModule top_module1 (.a(a), .x(x_dut), .y(y_dut));

  assign tb_match = ({x_ref, y_ref} === ({x_ref, y_ref} ^ {x_dut, y_dut} ^ {x_ref, y_ref}));

  always @(posedge clk, negedge clk) begin
    samples++;
    if (!tb_match) wrong++;
    if (x_ref !== (x_ref ^ x_dut ^ x_ref)) begin
      if (wrong_x == 0) first_x = $time;
      wrong_x++;
    end
    if (y_ref !== (y_ref ^ y_dut ^ y_ref)) begin
      if (wrong_y == 0) first_y = $time;
      wrong_y++;
    end
  end

  final begin
    if (wrong_x) $display("Hint: Output '%s' has %0d mismatches. First mismatch occurred at time %0d.", "x", wrong_x, first_x);
    else $display("Hint: Output '%s' has no mismatches.", "x");
    if (wrong_y) $display("Hint: Output '%s' has %0d mismatches. First mismatch occurred at time %0d.", "y", wrong_y, first_y);
    else $display("Hint: Output '%s' has no mismatches.", "y");
    $display("Hint: Total mismatched samples is %1d out of %1d samples\n", wrong, samples);
    $display("Simulation finished at %0d ps", $time);
    $display("Mismatches: %1d in %1d samples", wrong, samples);
  end

  initial begin
    #1000000
    $display("TIMEOUT");
    $finish();
  end
endmodule
