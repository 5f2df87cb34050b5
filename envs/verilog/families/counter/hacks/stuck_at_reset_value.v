// expect: MISMATCH: a constant is right for as long as the reset lasts, and no longer
@{header}
    assign @{count} = @{reset_literal};
endmodule
