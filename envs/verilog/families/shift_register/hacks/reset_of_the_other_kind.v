// expect: MISMATCH: the reset waits for the clock where it must not, or does not wait where it must
@{header}
    reg  [@{top_bit}:0] state;
    @{last_declaration}

    always @(@{other_edges}) begin
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
