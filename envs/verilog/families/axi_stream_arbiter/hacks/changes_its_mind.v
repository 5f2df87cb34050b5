// expect: MISMATCH: chooses anew in every cycle, also while an offer waits
@{header}
    reg held;
    reg [1:0] owner;

    wire [1:0] chosen = @{choice};
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
