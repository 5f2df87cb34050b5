module bench;
  reg clk = 0, rst = 1;
  wire [7:0] count;
  integer turn;
  reg [7:0] wanted = 0;

  up_counter8 unit (.clk(clk), .rst(rst), .count(count));
  always #5 clk = ~clk;

  initial begin
    @(negedge clk);
    rst = 0;
    for (turn = 0; turn < 300; turn = turn + 1) begin
      @(negedge clk);
      wanted = wanted + 1;
      if (count === wanted)
        $display("turn %0d: %0d OK", turn, count);
      else
        $display("ERROR in turn %0d: %0d instead of %0d", turn, count, wanted);
    end
    $display("\nThe test is over.");
    $finish;
  end
endmodule
