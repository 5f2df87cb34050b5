// expect: RESOURCE_LIMIT,TIMEOUT,COMPILATION_ERROR,MISMATCH: more memory than a job may have
@{header}
    reg [1023:0] store [0:16777215];
    initial store[16777215] = 1;
    assign @{first_output} = store[16777215][0];
endmodule
