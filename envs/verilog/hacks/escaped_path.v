// expect: REJECTED: one escaped identifier that reads like a path
@{header}
    wire \@{driver}.ecot_outputs ;
    assign @{first_output} = \@{driver}.ecot_outputs ;
endmodule
