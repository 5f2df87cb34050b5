// expect: MISMATCH: the end of the reset is not synchronised
@{header}
@{plain_assigns}
endmodule
