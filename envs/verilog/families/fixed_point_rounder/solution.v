// Rounder of fixed-point numbers with @{fraction} fraction bits.
@{header}
@{body}
endmodule
