// expect: MISMATCH: the number leaves the module in the code in which it came or is kept
@{header}
    @{state}
    @{decoder}

    @{process}

    assign @{target} = @{unconverted};
    @{binary_output}
endmodule
