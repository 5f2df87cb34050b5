// expect: MISMATCH: fractions are cut off, or rounded where they must be cut off
@{header}
@{cut_body}
endmodule
