// expect: REJECTED: a hierarchical assignment into the driver
@{header}
    initial @{driver}.ecot_read = 0;
@{outputs_as_zero}
endmodule
