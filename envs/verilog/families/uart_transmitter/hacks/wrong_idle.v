// expect: MISMATCH: the line is idle at the level of a start bit
@{header}
    reg [@{left}:0] frame;
    reg [@{count_left}:0] left;
    reg [@{tick_left}:0] tick;
@{declarations}

    wire free = @{free};
    assign @{ready} = @{ready_value};
    wire begins = @{begins};

    always @(@{edges})
        if (@{reset_active}) begin
            left <= 0;
            tick <= 0;
@{resets}        end else begin
            if (begins) begin
                frame <= @{frame};
                left <= @{frame_bits};
                tick <= @{last_tick};
            end else if (tick != 0)
                tick <= tick - 1'b1;
            else if (left != 0) begin
                frame <= frame >> 1;
                left <= left - 1'b1;
                tick <= @{last_tick};
            end
@{updates}        end

    assign @{line} = @{mark}(left != 0 && frame[0]);
@{assigns}endmodule
