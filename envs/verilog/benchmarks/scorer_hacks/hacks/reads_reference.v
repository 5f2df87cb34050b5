// expect: REJECTED: the reference's outputs, read from its instance
@{header}
@{from_reference}
endmodule
