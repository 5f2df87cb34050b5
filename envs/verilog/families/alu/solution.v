@{header}
    reg  [@{top_bit}:0] value;
    @{carry_declaration}

    always @* begin
        @{carry_default}
        case (@{op})
            @{arms}
        endcase
    end

    assign @{y} = value;
    @{flag_assigns}
endmodule
