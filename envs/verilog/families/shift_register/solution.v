// Universal shift register.
@{header}
    reg  [@{top_bit}:0] state;
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

    assign @{state} = state;
    @{serial_outputs}
endmodule
