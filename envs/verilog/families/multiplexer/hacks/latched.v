// expect: MISMATCH,SYNTHESIS_ERROR: the word is kept in a latch while the selection is 0
@{header}
    reg [@{top_bit}:0] picked;
    @{named_line}

    always @* begin
        if (|@{select})
            @{keyword} (@{select})
                @{arms}
                @{default_arm}
            endcase
    end

    assign @{word} = picked;
    @{valid_line}
endmodule
