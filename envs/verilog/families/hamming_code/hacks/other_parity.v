// expect: MISMATCH: the groups are made even where they must be odd, or the other way round
@{header}
@{other_parity_body}
endmodule
