module RefModule (
  input open,
  input [3:0] level,
  output logic [3:0] held
);

  always_comb
    if (open)
      held = level;

endmodule
