// expect: MISMATCH: a constant level is right for most of a period with a small duty
@{header}
@{idle_assigns}endmodule
