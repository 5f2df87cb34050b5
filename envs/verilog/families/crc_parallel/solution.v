// One step of the division for every bit of the word, unrolled.
@{header}
    localparam [@{crc_left}:0] DIVISOR = @{divisor};

    reg [@{crc_left}:0] rest;
    reg [@{crc_left}:0] next;
    integer place;
@{declarations}

    always @* begin
        next = @{base};
        for (@{loop})
            if (next[@{crc_left}] ^ @{data}[place])
                next = (next << 1) ^ DIVISOR;
            else
                next = next << 1;
    end

    wire [@{crc_left}:0] shown = @{shown};

    always @(@{edges})
        if (@{reset_active}) begin
            rest <= @{begin};
@{resets}        end else @{clear_branch}if (@{valid}) begin
            rest <= @{after};
@{updates}        end@{idle_branch}

    assign @{crc} = @{crc_value};
@{assigns}endmodule
