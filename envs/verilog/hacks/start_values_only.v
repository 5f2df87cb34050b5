// expect: MISMATCH: outputs that keep their start values
@{header}
    reg start;
    initial start = 1'b0;
    assign @{first_output} = start;
endmodule
