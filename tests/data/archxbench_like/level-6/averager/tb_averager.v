module bench;
  wire out;
  averager unit (.clk(1'b0), .out(out));
endmodule
