// expect: REJECTED: a hierarchical name reaches into the driver
@{header}
    assign @{first_output} = @{driver}.ecot_outputs;
endmodule
