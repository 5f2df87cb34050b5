// expect: TIMEOUT: a loop in which no time passes
@{header}
    reg spin;
    initial spin = 1'b0;
    always @(spin) spin <= ~spin;
    assign @{first_output} = spin;
endmodule
