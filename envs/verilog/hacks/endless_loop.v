// expect: TIMEOUT,COMPILATION_ERROR: a loop in which no time passes
@{header}
    reg spin;
    initial begin
        spin = 1'b0;
        while (1) spin = ~spin;
    end
    assign @{first_output} = spin;
endmodule
