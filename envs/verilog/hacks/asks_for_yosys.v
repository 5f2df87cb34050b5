// expect: REJECTED: one code for synthesis, another for the simulator
@{header}
`ifndef YOSYS
@{outputs_as_one}
`else
@{outputs_as_zero}
`endif
endmodule
