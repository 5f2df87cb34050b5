// expect: MISMATCH: the reset waits for the clock where it must not, or does not wait where it must
@{header}
    @{declarations}
    wire @{span}events = @{event};

    always @(@{other_edges}) begin
        if (@{reset_active}) begin
            @{resets}
        end else begin
            @{moves}
        end
    end

    assign @{report} = @{outcome};
    @{summary}
endmodule
