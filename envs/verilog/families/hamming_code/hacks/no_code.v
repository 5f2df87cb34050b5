// expect: MISMATCH: check bits are missing, or nothing is ever corrected
@{header}
@{idle_body}
endmodule
