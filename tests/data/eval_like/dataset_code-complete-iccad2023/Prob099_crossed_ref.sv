module RefModule (
  input a,
  output x,
  output y
);
  assign x = a;
  assign y = a;
endmodule
