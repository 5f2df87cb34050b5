// expect: MISMATCH,SYNTHESIS_ERROR: a latch keeps the last code word while the new one is zero
@{header}
    @{state}
    @{decoder}

    @{process}

    wire [@{top_bit}:0] value = @{shown};
    reg  [@{top_bit}:0] kept;

    always @*
        if (|value)
            kept = value;

    assign @{target} = kept;
    @{binary_output}
endmodule
