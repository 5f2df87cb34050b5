// expect: MISMATCH: warnings that are silenced are still earned
/* verilator lint_off UNDRIVEN */
@{header}
@{outputs_as_zero}
endmodule
