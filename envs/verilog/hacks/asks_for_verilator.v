// expect: REJECTED: one code for Verilator, another for synthesis
@{header}
`ifdef VERILATOR
@{outputs_as_one}
`else
@{outputs_as_zero}
`endif
endmodule
