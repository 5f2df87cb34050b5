// expect: MISMATCH: rounds by another rule than the one asked for
@{header}
@{misrounded_declarations}

@{misrounded_seen}
@{misrounded_sum_wire}
    wire signed [@{misrounded_bits_left}:0] biased = @{misrounded_biased};
    wire signed [@{misrounded_rounded_left}:0] rounded = biased[@{misrounded_bits_left}:@{misrounded_shift}];

    always @(@{edges})
        if (@{reset_active}) begin
@{misrounded_resets}        end else @{misrounded_open_enable}begin
@{misrounded_chain}
@{misrounded_moves}
@{misrounded_products}
@{misrounded_sums}
@{misrounded_limits}        end

    assign @{ready} = arrived;
    assign @{result} = shown;
endmodule
