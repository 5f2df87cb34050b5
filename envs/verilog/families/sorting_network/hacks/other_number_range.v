// expect: MISMATCH: signed and unsigned keys are taken for each other
@{header}
@{network}
endmodule

module exchange (
    input  wire [@{left}:0] ahead,
    input  wire [@{left}:0] behind,
    output wire [@{left}:0] front,
    output wire [@{left}:0] back
);
    wire swaps = @{other_range_swaps};
    assign front = swaps ? behind : ahead;
    assign back = swaps ? ahead : behind;
endmodule
