// expect: REJECTED: a simulation that ends before any test has asked anything
@{header}
    initial $finish;
endmodule
