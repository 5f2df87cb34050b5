// expect: MISMATCH: the root is rounded in another direction
@{header}
    reg active;
    reg ready;
    reg [@{count_left}:0] count;
    reg [@{radicand_left}:0] digits;
    reg [@{held_left}:0] found;
    reg [@{rest_left}:0] rest;
    reg [@{shown_left}:0] shown;
@{extra_register}

    wire [@{shifted_left}:0] shifted = {rest, digits[@{radicand_left}:@{radicand_below}]};
    wire [@{rest_out_left}:0] trial = {found, 2'b01};
    wire fits = shifted >= trial;
    wire [@{rest_out_left}:0] rest_out = fits ? shifted - trial : shifted;
    wire [@{root_left}:0] found_out = {found, fits};

    always @(@{edges})
        if (@{reset_active}) begin
            active <= 1'b0;
            ready <= 1'b0;
            shown <= 0;
@{extra_reset}        end else if (@{accept}) begin
            active <= 1'b1;
@{clear_ready}            count <= @{last_count};
            digits <= @{radicand};
            found <= 0;
            rest <= 0;
        end else if (active) begin
            digits <= digits << 2;
            found <= found_out;
            rest <= rest_out;
            if (count == 0) begin
                active <= 1'b0;
                ready <= 1'b1;
                shown <= @{other_rounded};
@{extra_update}            end else
                count <= count - 1'b1;
        end@{fall}

    assign @{busy} = active;
    assign @{done} = ready;
    assign @{root} = shown;
@{assigns}endmodule
