// expect: REJECTED: a printed verdict is no verdict; system tasks are not allowed
@{header}
    initial $display("Mismatches: 0 in 100 samples\n===========Your Design Passed===========");
@{outputs_as_zero}
endmodule
