// expect: MISMATCH: whole records are compared, not their keys
@{header}
@{network}
endmodule

module exchange (
    input  wire [@{left}:0] ahead,
    input  wire [@{left}:0] behind,
    output wire [@{left}:0] front,
    output wire [@{left}:0] back
);
    wire swaps = @{whole_swaps};
    assign front = swaps ? behind : ahead;
    assign back = swaps ? ahead : behind;
endmodule
