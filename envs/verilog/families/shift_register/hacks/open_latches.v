// expect: MISMATCH,SYNTHESIS_ERROR,TIMEOUT: latches that are open while the clock is high instead of registers
@{header}
    reg  [@{top_bit}:0] state;
    @{last_declaration}

    always @* begin
        if (!@{clock})
            state <= state;
        else if (@{reset_active}) begin
            state <= @{reset_literal};
            @{last_reset}
        end @{else_advance} begin
            case (@{mode})
                @{arms}
            endcase
        end
    end

    assign @{state} = state;
    @{serial_outputs}
endmodule
