// expect: MISMATCH: delays by clock cycles
@{header}
@{registers}
    wire moves = 1'b1;
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
