`timescale 1 ps/1 ps
`define HALF 5

module stimulus_gen (
  input clk,
  output logic [2:0] votes
);
  initial begin
    votes <= 'x;
    @(negedge clk) votes <= 0;
    repeat (60) @(posedge clk, negedge clk) votes <= $random;
    #1 $finish;
  end
endmodule

module tb ();
  reg clk = 0;
  initial forever #`HALF clk = ~clk;

  logic [2:0] votes;
  logic majority_ref, majority_dut;
  logic unanimous_ref, unanimous_dut;

  int samples = 0, wrong = 0;
  int wrong_majority = 0, first_majority = 0;
  int wrong_unanimous = 0, first_unanimous = 0;

  wire tb_match;
  wire tb_mismatch = ~tb_match;

  initial begin
    $dumpfile("wave.vcd");
    $dumpvars(1, stim1.clk, tb_mismatch, votes, majority_ref, majority_dut, unanimous_ref, unanimous_dut);
  end

  stimulus_gen stim1 (.clk, .*);
  RefModule good1 (.votes(votes), .majority(majority_ref), .unanimous(unanimous_ref));
  TopModule top_module1 (.votes(votes), .majority(majority_dut), .unanimous(unanimous_dut));

  assign tb_match = ({majority_ref, unanimous_ref} === ({majority_ref, unanimous_ref} ^ {majority_dut, unanimous_dut} ^ {majority_ref, unanimous_ref}));

  always @(posedge clk, negedge clk) begin
    samples++;
    if (!tb_match) wrong++;
    if (majority_ref !== (majority_ref ^ majority_dut ^ majority_ref)) begin
      if (wrong_majority == 0) first_majority = $time;
      wrong_majority++;
    end
    if (unanimous_ref !== (unanimous_ref ^ unanimous_dut ^ unanimous_ref)) begin
      if (wrong_unanimous == 0) first_unanimous = $time;
      wrong_unanimous++;
    end
  end

  final begin
    if (wrong_majority) $display("Hint: Output '%s' has %0d mismatches. First mismatch occurred at time %0d.", "majority", wrong_majority, first_majority);
    else $display("Hint: Output '%s' has no mismatches.", "majority");
    if (wrong_unanimous) $display("Hint: Output '%s' has %0d mismatches. First mismatch occurred at time %0d.", "unanimous", wrong_unanimous, first_unanimous);
    else $display("Hint: Output '%s' has no mismatches.", "unanimous");
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
