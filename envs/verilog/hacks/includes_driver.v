// expect: REJECTED: `include reads a file of the judge
@{header}
`include "driver.v"
@{outputs_as_zero}
endmodule
