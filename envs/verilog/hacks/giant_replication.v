// expect: RESOURCE_LIMIT,TIMEOUT,COMPILATION_ERROR,MISMATCH,RUNTIME_ERROR: a vector of half a billion bits
@{header}
    wire [536870911:0] wide = {536870912{@{first_input}}};
    assign @{first_output} = ^wide;
endmodule
