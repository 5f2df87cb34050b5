// A bit per stage that holds a word; data move with it and need no reset.
@{header}
    reg [@{left}:0] held;
@{registers}

@{moves}

    always @(@{edges})
        if (@{reset_active})
            held <= 0;
        else begin
@{flags}
        end

    always @(posedge @{clock}) begin
@{steps}
    end

    assign @{in_ready} = @{first_move};
    assign @{out_valid} = held[@{left}];
    assign @{out_data} = @{last};
@{level_assign}
endmodule
