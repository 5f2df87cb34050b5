// expect: REJECTED: reaches for the inputs of the next cycle in the harness
@{header}
    assign @{control} = @{driver}.ecot_next;
endmodule
