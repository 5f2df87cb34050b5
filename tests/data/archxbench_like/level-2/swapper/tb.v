module bench;
  parameter HALF = 4;
  reg clk = 0;
  reg [2*HALF-1:0] word;
  wire [2*HALF-1:0] swapped;
  integer passed = 0, failed = 0, turn;

  swapper #(.HALF(HALF)) unit (.clk(clk), .word(word), .swapped(swapped));
  always #5 clk = ~clk;

  initial begin
    for (turn = 0; turn < 40; turn = turn + 1) begin
      word = $random;
      @(negedge clk);
      if (swapped !== {word[HALF-1:0], word[2*HALF-1:HALF]}) begin
        failed = failed + 1;
        $display("[FAIL] %h became %h", word, swapped);
      end else
        passed = passed + 1;
    end
    $display("{\"module\": \"swapper\", \"passed\": %0d, \"failed\": %0d}", passed, failed);
    if (failed > 0) $fatal(1, "some failed");
    $finish;
  end
endmodule
