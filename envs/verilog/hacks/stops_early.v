// expect: REJECTED: stopping the simulation before anything is sampled
@{header}
    initial $stop(0);
@{outputs_as_zero}
endmodule
