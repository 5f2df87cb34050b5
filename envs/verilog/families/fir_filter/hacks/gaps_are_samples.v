// expect: MISMATCH: a gap in the stream moves the delay line as a sample would
@{header}
@{declarations}

@{seen}
@{sum_wire}
    wire signed [@{bits_left}:0] biased = @{biased};
    wire signed [@{rounded_left}:0] rounded = biased[@{bits_left}:@{shift}];

    always @(@{edges})
        if (@{reset_active}) begin
@{resets}        end else @{open_enable}begin
@{chain}
@{moves_always}
@{products}
@{sums}
@{limits}        end

    assign @{ready} = arrived;
    assign @{result} = shown;
endmodule
