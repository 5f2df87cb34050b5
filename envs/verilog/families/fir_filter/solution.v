// A delay line, products, a sum, and the rounded sum within the limits, in as many stages as the latency asks for.
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
@{moves}
@{products}
@{sums}
@{limits}        end

    assign @{ready} = arrived;
    assign @{result} = shown;
endmodule
