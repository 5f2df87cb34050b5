module RefModule (
  input clk,
  input areset,
  input up,
  output logic [3:0] tally
);

  // Counts the clocks at which up was high, and stays at fifteen.
  always @(posedge clk, posedge areset)
    if (areset)
      tally <= 0;
    else if (up && tally != 15)
      tally <= tally + 1;

endmodule
