// expect: MISMATCH: goes back one word too many
@{header}
@{registers}
    wire moves = @{in_valid} && @{out_ready};
    always @(@{edges})
        if (@{reset_active}) begin
@{resets}
        end else if (moves) begin
@{shifts}
        end
@{extra}
    assign @{in_ready} = @{out_ready};
    assign @{out_valid} = @{in_valid};
    assign @{out_data} = @{further_result};
    assign @{out_last} = @{in_last};
endmodule
