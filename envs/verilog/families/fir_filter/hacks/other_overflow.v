// expect: MISMATCH: wraps where it should saturate, or the other way round
@{header}
@{otherwise_declarations}

@{otherwise_seen}
@{otherwise_sum_wire}
    wire signed [@{otherwise_bits_left}:0] biased = @{otherwise_biased};
    wire signed [@{otherwise_rounded_left}:0] rounded = biased[@{otherwise_bits_left}:@{otherwise_shift}];

    always @(@{edges})
        if (@{reset_active}) begin
@{otherwise_resets}        end else @{otherwise_open_enable}begin
@{otherwise_chain}
@{otherwise_moves}
@{otherwise_products}
@{otherwise_sums}
@{otherwise_limits}        end

    assign @{ready} = arrived;
    assign @{result} = shown;
endmodule
