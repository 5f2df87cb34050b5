// expect: MISMATCH: does not drop the bits of an incomplete word when the selection ends
@{header}
    reg was_selected;
    reg was_pulse;
    reg [@{count_left}:0] count;
    reg [@{incoming_left}:0] incoming;
    reg line;
    reg [@{left}:0] outgoing;
    reg [@{left}:0] received;
    reg waits;
    reg lost;
@{sent}
    wire pulse = @{pulse};
    wire leading = !@{select} && was_selected && pulse && !was_pulse;
    wire trailing = !@{select} && was_selected && !pulse && was_pulse;
    wire reads = @{reads};
    wire shifts = @{shifts};
    wire loads = (shifts && count == @{none})@{begins};
    wire ends = reads && count == @{last_count};
    wire [@{left}:0] next = @{tx_valid} ? @{tx_data} : @{filler};
    wire [@{left}:0] word = @{grown};
    always @(@{edges})
        if (@{reset_active}) begin
            was_selected <= 1'b0;
            count <= @{none};
            line <= 1'b0;
            waits <= 1'b0;
            lost <= 1'b0;
@{sent_reset}
        end else begin
            was_selected <= !@{select};
            if (ends)
                count <= @{none};
            else if (reads)
                count <= count + @{one};
            if (@{select})
                line <= 1'b0;
            else if (loads)
                line <= next[@{first_bit}];
            else if (shifts)
                line <= outgoing[@{first_bit}];
            waits <= ends || (waits && !@{rx_ready});
            lost <= ends && waits && !@{rx_ready};
@{sent_load}
        end
    always @(posedge @{clock}) begin
        was_pulse <= pulse;
        if (loads)
            outgoing <= next @{shift} 1;
        else if (shifts)
            outgoing <= outgoing @{shift} 1;
        if (reads)
            incoming <= @{kept_bits};
        if (@{kept_when})
            received <= word;
    end
    assign @{miso} = line;
    assign @{tx_ready} = loads;
    assign @{rx_valid} = waits;
    assign @{rx_data} = received;
    assign @{overrun} = lost;
endmodule
