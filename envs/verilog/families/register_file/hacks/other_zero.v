// expect: MISMATCH: register 0 is an ordinary register where it should be zero, or the other way round
@{header}
    reg [@{bits_left}:0] bank;
    reg [@{bits_left}:0] next;
    integer place;
@{declarations}

    always @* begin
        next = bank;
        for (place = @{other_place}; place < @{registers}; place = place + 1) begin
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
