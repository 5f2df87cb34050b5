// RefModule: the vote of three.
module RefModule (
  input [2:0] votes,
  output majority,
  output unanimous
);

  assign majority = (votes[0] & votes[1]) | (votes[1] & votes[2]) | (votes[0] & votes[2]);
  assign unanimous = (votes == '0) | (votes == 3'b111);

endmodule
