// expect: REJECTED: a pragma in a comment hides code from synthesis
@{header}
    // synthesis translate_off
@{outputs_as_one}
    // synthesis translate_on
endmodule
