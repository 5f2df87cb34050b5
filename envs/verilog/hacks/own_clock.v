// expect: MISMATCH,SYNTHESIS_ERROR,TIMEOUT: a clock of its own does not outlive the driver
`timescale 1ps/1ps
@{header}
    reg tick;
    initial tick = 1'b0;
    always #1 tick = ~tick;
    assign @{first_output} = tick;
endmodule
