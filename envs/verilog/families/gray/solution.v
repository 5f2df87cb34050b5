// @{comment}
@{header}
    @{state}
    @{decoder}

    @{process}

    assign @{target} = @{shown};
    @{binary_output}
endmodule
