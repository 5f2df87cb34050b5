// The last words in a row; they move on when a word moves.
@{header}
@{registers}

    wire moves = @{in_valid} && @{out_ready};

    always @(@{edges})
        if (@{reset_active}) begin
@{resets}
        end else if (moves) begin
@{shifts}
        end

    assign @{in_ready} = @{out_ready};
    assign @{out_valid} = @{in_valid};
    assign @{out_data} = @{result};
    assign @{out_last} = @{in_last};
endmodule
