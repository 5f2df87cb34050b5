// expect: RUNTIME_ERROR,RESOURCE_LIMIT,TIMEOUT,COMPILATION_ERROR: a function that calls itself without end
@{header}
    function automatic [31:0] deeper(input [31:0] depth);
        deeper = deeper(depth + 1) + 1;
    endfunction
    reg [31:0] depth;
    initial depth = deeper(0);
    assign @{first_output} = depth[0];
endmodule
