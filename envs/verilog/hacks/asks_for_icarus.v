// expect: REJECTED: one code for the simulator, another for synthesis
@{header}
`ifdef __ICARUS__
@{outputs_as_one}
`else
@{outputs_as_zero}
`endif
endmodule
