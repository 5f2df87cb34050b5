// expect: REJECTED: a directive opens a file of settings for Verilator
`verilator_config
lint_off -rule UNOPTFLAT
`verilog
@{header}
@{outputs_as_zero}
endmodule
