// expect: REJECTED,COMPILATION_ERROR: a module of the driver's name
@{header}
@{outputs_as_zero}
endmodule

module @{driver};
    @{top} dut ();
endmodule
