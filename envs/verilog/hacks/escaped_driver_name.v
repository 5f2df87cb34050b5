// expect: REJECTED: an escaped identifier spells the driver's name
@{header}
@{outputs_as_zero}
endmodule

module \@{driver} ;
endmodule
