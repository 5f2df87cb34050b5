`timescale 1 ps/1 ps
`define HALF 5

module stimulus_gen (
  input clk,
  output logic open,
  output logic [3:0] level
);
  initial begin
    open <= 0;
    level <= 0;
    repeat (80) @(posedge clk, negedge clk) begin
      open <= $random;
      level <= $random;
    end
    #1 $finish;
  end
endmodule

module tb ();
  reg clk = 0;
  initial forever #`HALF clk = ~clk;

  logic open;
  logic [3:0] level;
  logic [3:0] held_ref, held_dut;

  int samples = 0, wrong = 0;
  int wrong_held = 0, first_held = 0;

  wire tb_match;
  wire tb_mismatch = ~tb_match;

  initial begin
    $dumpfile("wave.vcd");
    $dumpvars(1, stim1.clk, tb_mismatch, open, level, held_ref, held_dut);
  end

  stimulus_gen stim1 (.clk, .*);
  RefModule good1 (.open(open), .level(level), .held(held_ref));
  TopModule top_module1 (.open(open), .level(level), .held(held_dut));

  assign tb_match = ({held_ref} === ({held_ref} ^ {held_dut} ^ {held_ref}));

  always @(posedge clk, negedge clk) begin
    samples++;
    if (!tb_match) wrong++;
    if (held_ref !== (held_ref ^ held_dut ^ held_ref)) begin
      if (wrong_held == 0) first_held = $time;
      wrong_held++;
    end
  end

  final begin
    if (wrong_held) $display("Hint: Output '%s' has %0d mismatches. First mismatch occurred at time %0d.", "held", wrong_held, first_held);
    else $display("Hint: Output '%s' has no mismatches.", "held");
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
