// expect: REJECTED: reads the stimulus file
@{header}
    reg [63:0] vectors [0:1023];
    initial $readmemb("vectors.txt", vectors);
    assign @{first_output} = vectors[0];
endmodule
