// expect: MISMATCH: two lanes are taken for each other
@{header}
    reg [@{top_bit}:0] picked;
    @{named_line}

    always @* begin
        @{keyword} (@{select})
            @{swapped_arms}
            @{default_arm}
        endcase
    end

    assign @{word} = picked;
    @{valid_line}
endmodule
