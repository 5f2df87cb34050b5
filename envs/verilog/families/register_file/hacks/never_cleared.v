// expect: MISMATCH: a reset leaves the contents alone
@{header}
    reg [@{bits_left}:0] bank;
    reg [@{bits_left}:0] next;
    integer place;
@{declarations}

    always @* begin
        next = bank;
        for (place = @{first_place}; place < @{registers}; place = place + 1) begin
@{stores}        end
    end

    wire [@{bits_left}:0] looked = @{source};

    always @(@{edges})
        if (@{reset_active}) begin
@{resets}        end else begin
            bank <= next;
@{updates}        end

@{assigns}endmodule
