// expect: REJECTED: the reference's outputs, read from the signals of the testbench
@{header}
@{from_testbench}
endmodule
