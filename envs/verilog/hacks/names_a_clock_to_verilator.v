// expect: REJECTED: a comment tells Verilator which signal is a clock
@{header}
    wire tick; // verilator clocker
    assign tick = @{first_input};
@{outputs_as_zero}
endmodule
