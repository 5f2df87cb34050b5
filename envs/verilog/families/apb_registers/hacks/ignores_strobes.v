// expect: MISMATCH: writes whole words, whatever the strobes say
@{header}
@{word_registers}
    reg [1:0] waited;
    wire requested = @{requested};
    wire ends = requested && waited == @{waits};
    wire [2:0] index = @{address}@{index_slice};
    wire [@{data_left}:0] mask = ~@{zero};
    always @(@{edges})
        if (@{reset_active}) begin
            waited <= 2'd0;
@{word_resets}
        end else begin
            waited <= (requested && !ends) ? waited + 2'd1 : 2'd0;
            if (ends && @{write}) begin
@{word_writes}
            end
        end
    assign @{ready} = ends;
    assign @{shown} = !ends || @{write} ? @{zero} : @{word_read} @{zero};
@{error_assign}
    assign @{control} = @{control_word};
endmodule
