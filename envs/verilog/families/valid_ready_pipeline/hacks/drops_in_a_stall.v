// expect: MISMATCH: tells the source that there is always room
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

    assign @{in_ready} = 1'b1;
    assign @{out_valid} = held[@{left}];
    assign @{out_data} = @{last};
@{level_assign}
endmodule
