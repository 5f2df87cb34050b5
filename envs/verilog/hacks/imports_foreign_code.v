// expect: REJECTED: a DPI import calls foreign code
@{header}
    import "DPI-C" function int system(input string command);
    initial system("true");
@{outputs_as_zero}
endmodule
