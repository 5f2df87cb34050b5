// expect: MISMATCH: accepts a word only while the last stage is empty, without looking at the output
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

    assign @{in_ready} = @{registered_ready};
    assign @{out_valid} = held[@{left}];
    assign @{out_data} = @{last};
@{level_assign}
endmodule
