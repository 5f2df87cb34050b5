// expect: REJECTED: one code for synthesis, another for the simulator
@{header}
`ifdef SYNTHESIS
@{outputs_as_zero}
`else
@{outputs_as_one}
`endif
endmodule
