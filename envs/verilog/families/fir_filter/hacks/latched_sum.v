// expect: SYNTHESIS_ERROR: the rounded sum keeps its value while nothing is offered, which makes a latch
@{header}
@{declarations}

@{seen}
@{sum_wire}
    wire signed [@{bits_left}:0] biased = @{biased};
    reg signed [@{rounded_left}:0] rounded;
    always @*
        if (@{offered})
            rounded = biased[@{bits_left}:@{shift}];

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
