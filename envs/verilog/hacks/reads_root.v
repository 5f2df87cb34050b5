// expect: REJECTED: $root reaches into the driver
@{header}
    assign @{first_output} = $root.@{driver}.ecot_outputs;
endmodule
