// Hamming @{kind} for @{width} data bits.
@{header}
@{body}
endmodule
