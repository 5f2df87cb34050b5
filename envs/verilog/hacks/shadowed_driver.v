// expect: REJECTED: a local block of the driver's name
@{header}
    generate
        if (1) begin : @{driver}
            wire ecot_outputs = 1'b0;
        end
    endgenerate
    assign @{first_output} = @{driver}.ecot_outputs;
endmodule
