module stimulus_gen(input clk, output logic en, output logic was);
    initial begin
        {en, was} = 2'b00;
        repeat (20) @(negedge clk) {en, was} = {en, was} + 2'd1;
        $finish;
    end
endmodule
