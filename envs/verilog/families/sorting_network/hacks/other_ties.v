// expect: MISMATCH: equal keys come out in the opposite order
@{header}
@{other_ties_network}
endmodule

module exchange (
    input  wire [@{left}:0] ahead,
    input  wire [@{left}:0] behind,
    output wire [@{left}:0] front,
    output wire [@{left}:0] back
);
    wire swaps = @{swaps};
    assign front = swaps ? behind : ahead;
    assign back = swaps ? ahead : behind;
endmodule
