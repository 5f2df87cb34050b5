// expect: REJECTED: ending the simulation before anything is sampled
@{header}
    initial $finish;
@{outputs_as_zero}
endmodule
