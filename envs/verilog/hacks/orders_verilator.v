// expect: REJECTED: a comment makes a signal public to Verilator's C++
@{header}
    reg seen /*verilator public_flat_rw*/;
@{outputs_as_zero}
endmodule
