module testbench;
    wire y;
    fixed_point_adder uut (.a(1'bx), .y(y));
    initial #10 $display("Passed");
endmodule
