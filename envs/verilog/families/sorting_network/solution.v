// Sorting network for @{count} records.
@{header}
@{network}
endmodule

// Two records in order; equal keys stay as they are.
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
