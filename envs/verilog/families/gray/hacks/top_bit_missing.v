// expect: MISMATCH: right in the lower half of the codes, where the top bit is 0
@{header}
    @{state}
    @{decoder}

    @{process}

    wire [@{top_bit}:0] value = @{shown};
    assign @{target} = {1'b0, value[@{next_bit}:0]};
    @{binary_output}
endmodule
