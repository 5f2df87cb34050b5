// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
@{declarations}

@{seen}
@{sum_wire}
    wire signed [@{bits_left}:0] biased = @{biased};
    wire signed [@{rounded_left}:0] rounded = biased[@{bits_left}:@{shift}];

    always @(@{other_edges})
        if (@{reset_active}) begin
@{resets}        end else @{open_enable}begin
@{chain}
@{moves}
@{products}
@{sums}
@{limits}        end

    assign @{ready} = arrived;
    assign @{result} = shown;
endmodule
