// expect: MISMATCH: one flip-flop stands where a synchroniser has several
@{header}
    reg [@{last}:0] seen;

    always @(@{edges})
        if (@{reset_active}) begin
            seen <= 0;
        end else begin
            seen <= @{at_once};
        end

@{assigns}
endmodule
