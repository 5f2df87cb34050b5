module comparator_part (input [3:0] a, input [3:0] b, output gt, eq, lt);
    assign gt = a > b;
    assign eq = a == b;
    assign lt = a < b;
endmodule

module comparator_8bit (input [7:0] a, input [7:0] b, output gt, eq, lt);
    wire high_gt, high_eq, high_lt, low_gt, low_eq, low_lt;
    comparator_part high (.a(a[7:4]), .b(b[7:4]), .gt(high_gt), .eq(high_eq), .lt(high_lt));
    comparator_part low (.a(a[3:0]), .b(b[3:0]), .gt(low_gt), .eq(low_eq), .lt(low_lt));
    assign gt = high_gt || (high_eq && low_gt);
    assign eq = high_eq && low_eq;
    assign lt = high_lt || (high_eq && low_lt);
endmodule
