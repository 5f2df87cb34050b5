// expect: REJECTED: a simulation that ends before the first sample reports no mismatch
@{header}
    initial $finish;
endmodule
