// expect: MISMATCH,SYNTHESIS_ERROR: keeps the last result in a latch while the second operand is zero
@{header}
    reg  [@{top_bit}:0] value;
    @{carry_declaration}

    always @* begin
        @{carry_default}
        if (@{b} != 0)
            case (@{op})
                @{arms}
            endcase
    end

    assign @{y} = value;
    @{flag_assigns}
endmodule
