// expect: REJECTED: tools treat cell definitions apart
`celldefine
@{header}
@{outputs_as_zero}
endmodule
`endcelldefine
