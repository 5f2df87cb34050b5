// expect: MISMATCH: wraps where it must saturate, or the other way round
@{header}
@{other_overflow_body}
endmodule
