// expect: MISMATCH: the last exchange of the network is left out
@{header}
@{short_network}
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
