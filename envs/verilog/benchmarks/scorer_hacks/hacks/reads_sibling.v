// expect: REJECTED: the reference's outputs, found by searching upwards for its instance
@{header}
@{from_sibling}
endmodule
