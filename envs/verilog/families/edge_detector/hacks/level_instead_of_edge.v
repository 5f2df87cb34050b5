// expect: MISMATCH: reports that a line is high, not that it changed
@{header}
    @{declarations}
    wire @{span}events = @{level};

    always @(@{edges}) begin
        if (@{reset_active}) begin
            @{resets}
        end else begin
            @{moves}
        end
    end

    assign @{report} = @{outcome};
    @{summary}
endmodule
