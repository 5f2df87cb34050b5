// expect: MISMATCH,SYNTHESIS_ERROR: a latch keeps the last report for ever
@{header}
    @{declarations}
    wire @{span}events = @{event};
    reg  @{span}kept;

    always @(@{edges}) begin
        if (@{reset_active}) begin
            @{resets}
        end else begin
            @{moves}
        end
    end

    always @*
        if (|@{outcome})
            kept = @{outcome};

    assign @{report} = kept;
    @{summary}
endmodule
