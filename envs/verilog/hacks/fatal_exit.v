// expect: REJECTED: $fatal ends the simulation as $finish does
@{header}
    initial $fatal(0, "done");
@{outputs_as_zero}
endmodule
