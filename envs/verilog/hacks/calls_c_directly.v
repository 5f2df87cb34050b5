// expect: REJECTED: $c holds C++ that Verilator would run
@{header}
    initial $c("std::exit(0);");
@{outputs_as_zero}
endmodule
