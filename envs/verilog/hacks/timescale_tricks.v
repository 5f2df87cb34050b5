// expect: MISMATCH,SYNTHESIS_ERROR: a finer timescale moves nothing that the driver samples
`timescale 1fs/1fs
@{header}
    reg late;
    initial begin
        late = 1'b0;
        #1 late = 1'b1;
        #1000000 late = 1'b0;
    end
    assign @{first_output} = late;
endmodule
