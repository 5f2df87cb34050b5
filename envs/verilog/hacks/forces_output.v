// expect: REJECTED: force is for simulation only
@{header}
    initial force @{first_output} = 1'b1;
endmodule
