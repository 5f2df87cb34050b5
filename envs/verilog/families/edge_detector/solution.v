// Edge detector.
@{header}
    @{declarations}
    wire @{span}events = @{event};

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
