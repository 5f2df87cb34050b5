// Multiplexer of @{count} lanes.
@{header}
    reg [@{top_bit}:0] picked;
    @{named_line}

    always @* begin
        @{keyword} (@{select})
            @{arms}
            @{default_arm}
        endcase
    end

    assign @{word} = picked;
    @{valid_line}
endmodule
