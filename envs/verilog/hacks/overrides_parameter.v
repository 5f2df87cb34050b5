// expect: REJECTED: defparam reaches into another module
@{header}
    defparam @{driver}.dut.WIDTH = 1;
@{outputs_as_zero}
endmodule
