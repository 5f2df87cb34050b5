// expect: REJECTED: the reference's answer, through a hierarchical name
@{header}
    assign @{first_output} = @{testbench}.good1.@{first_output};
endmodule
