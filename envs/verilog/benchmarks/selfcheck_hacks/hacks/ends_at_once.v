// expect: REJECTED: a simulation that ends before the testbench has found anything wrong
@{header}
    initial $finish;
endmodule
