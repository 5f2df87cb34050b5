// A choice that is held from the first offer until the word or packet is through.
@{header}
    reg held;
    reg [1:0] owner;

    wire [1:0] chosen = held ? owner : @{choice};
    wire any = held || @{any};

    always @(@{edges})
        if (@{reset_active})
            held <= 1'b0;
        else if (@{out_valid})
            held <= !(@{ends});

@{owner_update}

@{readies}
    assign @{out_valid} = @{pick_valid};
    assign @{out_data} = @{pick_data};
    assign @{out_last} = @{pick_last};
@{origin_assign}
endmodule
