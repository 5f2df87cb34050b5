// expect: MISMATCH: reports the opposite edge, or where there is none
@{header}
    @{declarations}
    wire @{span}events = @{opposite_event};

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
