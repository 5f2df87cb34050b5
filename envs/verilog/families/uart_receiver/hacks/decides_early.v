// expect: MISMATCH: every bit is decided an edge too early
@{header}
    reg busy;
    reg broken;
    reg [@{tick_left}:0] tick;
    reg [@{place_left}:0] place;
    reg [@{size_left}:0] bits;
    reg [@{word_left}:0] latest;
    reg is_valid;
@{declarations}

    wire seen = @{seen};
    wire decided = @{decided};
    wire decides = busy && tick == @{early};
    wire done = decides && place == @{last};
    wire good = @{good};
    wire stored = done && good && @{free};

    always @(@{edges})
        if (@{reset_active}) begin
            busy <= 1'b0;
            broken <= 1'b0;
            latest <= 0;
            is_valid <= 1'b0;
@{resets}        end else begin
@{shifts}            if (!busy) begin
                busy <= !seen && !broken;
                broken <= broken && !seen;
                tick <= 1;
                place <= 0;
            end else begin
                if (tick == @{last_tick}) begin
                    tick <= 0;
                    place <= place + 1'b1;
                end else
                    tick <= tick + 1'b1;
                if (decides)
                    busy <= !done && (@{stays});
                if (decides && !done)
                    bits <= {decided, bits[@{size_left}:1]};
                broken <= !decided;
            end
            is_valid <= @{valid_value};
@{pulses}            if (stored) begin
                latest <= @{word};
@{flags}            end
        end

    assign @{data} = latest;
    assign @{valid} = is_valid;
@{assigns}endmodule
