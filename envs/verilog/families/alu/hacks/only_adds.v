// expect: MISMATCH: right for one operation only
@{header}
    reg  [@{top_bit}:0] value;
    @{carry_declaration}

    always @* begin
        @{addition}
    end

    assign @{y} = value;
    @{flag_assigns}
endmodule
