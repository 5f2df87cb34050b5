// expect: REJECTED: a module with the harness's name, in which nothing would be tested
@{header}
endmodule

module @{driver};
    reg ecot_moment;
    reg [7:0] ecot_next;
    wire [7:0] ecot_outputs;
endmodule
