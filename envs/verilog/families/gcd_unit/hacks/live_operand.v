// expect: MISMATCH: the first operand is read while the operation is under way
@{header}
    reg active;
    reg ready;
    reg [@{left}:0] x;
    reg [@{left}:0] y;
    reg [@{left}:0] shown;
@{twos_register}@{zero_register}@{count_register}

    wire ends = @{ends};

    always @(@{edges})
        if (@{reset_active}) begin
            active <= 1'b0;
            ready <= 1'b0;
            shown <= 0;
@{zero_reset}@{count_reset}        end else if (@{accept}) begin
            active <= 1'b1;
@{clear_ready}            x <= @{first};
            y <= @{second};
@{twos_load}@{zero_load}@{count_load}        end else if (active) begin
            if (ends) begin
                active <= 1'b0;
                ready <= 1'b1;
                shown <= (@{value}) & @{first};
@{zero_update}@{count_update}            end else begin
@{update}@{count_step}            end
        end@{fall}

    assign @{busy} = active;
    assign @{done} = ready;
    assign @{result} = shown;
@{assigns}endmodule
