// expect: REJECTED: the top module is defined twice, for each tool to choose
@{header}
@{outputs_as_zero}
endmodule

@{header}
@{outputs_as_one}
endmodule
