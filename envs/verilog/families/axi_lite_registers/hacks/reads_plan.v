// expect: REJECTED: guesses where the plan lies and reads it in the simulator
@{header}
    reg [31:0] words [0:255];
    initial $readmemh("plan.json", words);
    assign @{control} = words[0];
endmodule
