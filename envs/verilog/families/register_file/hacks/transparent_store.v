// expect: SYNTHESIS_ERROR,MISMATCH: the contents are kept in latches that are open while the clock is low
@{header}
    reg [@{bits_left}:0] bank;
    reg [@{bits_left}:0] next;
    integer place;
@{declarations}

    always @* begin
        if (!@{clock})
            next = bank;
        if (!@{clock})
        for (place = @{first_place}; place < @{registers}; place = place + 1) begin
@{stores}        end
    end

    wire [@{bits_left}:0] looked = @{source};

    always @(@{edges})
        if (@{reset_active}) begin
            bank <= @{initial};
@{resets}        end else begin
            bank <= next;
@{updates}        end

@{assigns}endmodule
