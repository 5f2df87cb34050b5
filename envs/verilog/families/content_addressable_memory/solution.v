// All entries look at the key at once; `target` and `leaving` have a bit for every entry that the edge changes.
@{header}
    reg [@{left}:0] used;
    reg [@{bits_left}:0] keys;
@{mask_memory}
    reg [@{left}:0] equal;
    reg [@{left}:0] target;
    reg [@{left}:0] leaving;
    reg [@{number_left}:0] number;
    integer place;
@{declarations}

    always @* begin
@{allocation}        number = 0;
        for (@{weakest_first}) begin
            equal[place] = used[place] && (@{differs}) == 0;
            leaving[place] = @{leaves};
@{targets}            if (equal[place])
                number = place;
        end
    end

    always @(posedge @{clock})
        for (place = 0; place < @{entries}; place = place + 1)
            if (target[place]) begin
                keys[place * @{width} +: @{width}] <= @{word};
@{stores}            end

    always @(@{edges})
        if (@{reset_active}) begin
            used <= 0;
@{resets}        end else begin
            used <= used & ~leaving | target;
@{updates}        end

@{assigns}endmodule
