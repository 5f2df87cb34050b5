// expect: MISMATCH: neighbouring bits are paired towards the wrong end
@{header}
    @{state}
    @{decoder}

    @{process}

    assign @{target} = @{wrong_way};
    @{binary_output}
endmodule
