// expect: MISMATCH: the bits of the code word stand in another order
@{header}
@{other_layout_body}
endmodule
