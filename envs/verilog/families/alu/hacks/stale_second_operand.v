// expect: MISMATCH: the sensitivity list forgets the second operand
@{header}
    reg  [@{top_bit}:0] value;
    wire [@{sum_top}:0] sum = @{sum};
    wire [@{sum_top}:0] difference = @{difference};

    always @(@{op} or @{a}) begin
        case (@{op})
            @{arms}
        endcase
    end

    assign @{y} = value;
    @{flag_assigns}
endmodule
