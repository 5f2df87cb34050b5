// expect: MISMATCH: a right shift rotates instead of taking the serial input
@{header}
    reg  [@{top_bit}:0] state;
    @{last_declaration}

    always @(@{edges}) begin
        if (@{reset_active}) begin
            state <= @{reset_literal};
            @{last_reset}
        end @{else_advance} begin
            case (@{mode})
                @{rotating_arms}
            endcase
        end
    end

    assign @{state} = state;
    @{serial_outputs}
endmodule
