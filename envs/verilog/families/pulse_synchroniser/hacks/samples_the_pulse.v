// expect: MISMATCH: the pulse itself is sampled, which a slower clock may miss and a faster one sees several times
@{header}
    reg held;
    reg [@{last}:0] seen;
@{last_declared}
@{again_declared}

    wire active = @{active};
@{arrival}

    always @(@{sending_edges})
        if (@{sending_reset_active})
            held <= 1'b0;
        else
            held <= active;

    always @(@{receiving_edges})
        if (@{receiving_reset_active}) begin
            seen <= 0;
@{last_cleared}
@{again_cleared}
        end else begin
            seen <= {seen[@{below}:0], held};
@{last_kept}
@{again_kept}
        end

@{busy_low}
    assign @{out} = @{shows};
endmodule
