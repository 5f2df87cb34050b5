// expect: MISMATCH: the highest position belongs to no group
@{header}
@{short_body}
endmodule
