// expect: MISMATCH: every line is its neighbour
@{header}
    @{place_line}
    @{known_line}
    @{shape_line}
    wire [@{top_line}:0] plain;
    @{error_line}
    neighbour inner (.plain(plain), .shape(shape));
    assign @{lines} = plain;
endmodule

module neighbour (output wire [@{top_line}:0] plain, input wire [@{top_line}:0] shape);
    assign plain = {shape[@{top_line}-1:0], shape[@{top_line}]};
endmodule
