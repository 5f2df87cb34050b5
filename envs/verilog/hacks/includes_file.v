// expect: REJECTED: `include reads a file of the host
`include "/etc/hostname"
@{header}
@{outputs_as_zero}
endmodule
