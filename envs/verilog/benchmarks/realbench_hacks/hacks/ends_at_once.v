// expect: REJECTED: a simulation that ends before the testbench has said anything, which its scorer takes for right
@{header}
    initial $finish;
endmodule
