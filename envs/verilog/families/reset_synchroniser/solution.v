// The reset clears all at once; ones that move up with the clock release output after output.
@{header}
    reg [@{last}:0] seen;

    always @(@{edges})
        if (@{reset_active}) begin
            seen <= 0;
        end else begin
            seen <= {seen[@{below}:0], 1'b1};
        end

@{assigns}
endmodule
