// expect: MISMATCH,SYNTHESIS_ERROR: remembers through a sensitivity list what synthesis makes combinational
@{header}
    reg kept;
    always @(posedge @{first_input} or negedge @{first_input})
        kept = @{first_input};
    assign @{first_output} = kept;
endmodule
