// expect: MISMATCH: partial sums reach the output while the operation is under way
@{header}
    reg active;
    reg ready;
@{count_register}    reg [@{total_left}:0] sum;
    reg [@{total_left}:0] addend;
    reg [@{right_left}:0] digits;
    reg [@{total_left}:0] shown;
@{sign_register}@{add_register}

    wire [@{left_left}:0] left_size = @{left_size};
    wire [@{right_left}:0] right_size = @{right_size};
    wire [@{total_left}:0] sum_out = digits[0] ? sum + addend : sum;

    always @(@{edges})
        if (@{reset_active}) begin
            active <= 1'b0;
            ready <= 1'b0;
            shown <= 0;
        end else if (@{accept}) begin
            active <= 1'b1;
@{clear_ready}@{load_count}            sum <= 0;
            addend <= left_size;
            digits <= right_size;
@{load_sign}@{load_add}        end else if (active) begin
            sum <= sum_out;
            shown <= sum_out;
            addend <= addend << 1;
            digits <= digits >> 1;
            if (@{last}) begin
                active <= 1'b0;
                ready <= 1'b1;
                shown <= @{result};
            end@{step_count}
        end@{fall}

    assign @{busy} = active;
    assign @{done} = ready;
    assign @{product} = shown;
endmodule
