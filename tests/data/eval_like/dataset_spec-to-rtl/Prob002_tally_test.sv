`timescale 1 ps/1 ps
`define HALF 5

module stimulus_gen (
  input clk,
  output logic areset,
  output logic up
);
  initial begin
    areset <= 1;
    up = 0;
    repeat (2) @(negedge clk);
    areset <= 0;
    // Changed in the very step of the edge, without a non-blocking assignment.
    @(posedge clk) up = 1;
    repeat (3) @(posedge clk);
    up = 0;
    repeat (2) @(posedge clk);
    repeat (200) @(posedge clk, negedge clk) begin
      up <= |($random & 3);
      areset <= !($random & 31);
    end
    #1 $finish;
  end
endmodule

module tb ();
  reg clk = 0;
  initial forever #`HALF clk = ~clk;

  logic areset;
  logic up;
  logic [3:0] tally_ref, tally_dut;

  int samples = 0, wrong = 0;
  int wrong_tally = 0, first_tally = 0;

  wire tb_match;
  wire tb_mismatch = ~tb_match;

  initial begin
    $dumpfile("wave.vcd");
    $dumpvars(1, stim1.clk, tb_mismatch, clk, areset, up, tally_ref, tally_dut);
  end

  stimulus_gen stim1 (.clk, .*);
  RefModule good1 (.clk(clk), .areset(areset), .up(up), .tally(tally_ref));
  TopModule top_module1 (.clk(clk), .areset(areset), .up(up), .tally(tally_dut));

  assign tb_match = ({tally_ref} === ({tally_ref} ^ {tally_dut} ^ {tally_ref}));

  always @(posedge clk, negedge clk) begin
    samples++;
    if (!tb_match) wrong++;
    if (tally_ref !== (tally_ref ^ tally_dut ^ tally_ref)) begin
      if (wrong_tally == 0) first_tally = $time;
      wrong_tally++;
    end
  end

  final begin
    if (wrong_tally) $display("Hint: Output '%s' has %0d mismatches. First mismatch occurred at time %0d.", "tally", wrong_tally, first_tally);
    else $display("Hint: Output '%s' has no mismatches.", "tally");
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
