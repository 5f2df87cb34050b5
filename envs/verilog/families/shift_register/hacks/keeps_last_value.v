// expect: MISMATCH,SYNTHESIS_ERROR: a latch keeps the last value on the outputs while the register is zero
@{header}
    reg  [@{top_bit}:0] state, shown;
    @{last_declaration}

    always @(@{edges}) begin
        if (@{reset_active}) begin
            state <= @{reset_literal};
            @{last_reset}
        end @{else_advance} begin
            case (@{mode})
                @{arms}
            endcase
        end
    end

    always @*
        if (|state)
            shown = state;

    assign @{state} = shown;
    @{serial_outputs}
endmodule
