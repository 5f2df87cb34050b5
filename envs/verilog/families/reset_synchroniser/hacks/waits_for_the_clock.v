// expect: MISMATCH: the reset waits for an edge of the clock
@{header}
    reg [@{last}:0] seen;

    always @(posedge @{clock})
        if (@{reset_active}) begin
            seen <= 0;
        end else begin
            seen <= {seen[@{below}:0], 1'b1};
        end

@{assigns}
endmodule
