// expect: REJECTED: there is no reference in the simulator, and names that reach out are not allowed
@{header}
    assign @{first_output} = tb.reference.@{first_output};
endmodule
