// expect: MISMATCH: asks whether the simulator shows x, which hardware cannot
@{header}
    reg unset;
    assign @{first_output} = (unset === 1'bx) ? 1'b1 : 1'b0;
endmodule
