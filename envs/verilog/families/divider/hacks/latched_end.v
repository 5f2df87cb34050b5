// expect: SYNTHESIS_ERROR: the end of the operation is kept in a latch while the unit rests
module divide_step (
    input wire [@{second_left}:0] rest,
    input wire [@{left}:0] digits,
    input wire [@{left}:0] amount,
    output wire [@{rest_out_left}:0] rest_out,
    output wire [@{left}:0] digits_out
);
    wire [@{left}:0] shifted = {rest, digits[@{left}]};
    wire fits = shifted >= amount;
    assign rest_out = fits ? shifted - amount : shifted;
    assign digits_out = {digits[@{second_left}:0], fits};
endmodule

@{header}
    reg active;
    reg ready;
    reg [@{count_left}:0] count;
    reg [@{left}:0] kept;
    reg [@{second_left}:0] rest;
    reg [@{left}:0] digits;
    reg [@{left}:0] amount;
    reg by_zero;
    reg [@{left}:0] quotient_shown;
    reg [@{left}:0] rest_shown;
@{sign_registers}
@{fault_register}

    wire [@{rest_out_left}:0] rest_out;
    wire [@{left}:0] digits_out;
@{steps}@{inexact_wire}

    reg finishing;
    always @*
        if (active)
            finishing = @{last};

    always @(@{edges})
        if (@{reset_active}) begin
            active <= 1'b0;
            ready <= 1'b0;
            quotient_shown <= 0;
            rest_shown <= 0;
@{fault_reset}        end else if (@{accept}) begin
            active <= 1'b1;
@{clear_ready}            count <= @{last_count};
            kept <= @{dividend};
            rest <= 0;
            digits <= @{dividend_size};
            amount <= @{divisor_size};
            by_zero <= @{divisor} == 0;
@{load_signs}        end else if (active) begin
            rest <= rest_out;
            digits <= digits_out;
            if (finishing) begin
                active <= 1'b0;
                ready <= 1'b1;
                quotient_shown <= by_zero ? @{zero_quotient} : @{fixed_quotient};
                rest_shown <= by_zero ? kept : @{fixed_rest};
@{fault_update}            end else
                count <= count - 1'b1;
        end@{fall}

    assign @{busy} = active;
    assign @{done} = ready;
    assign @{quotient} = quotient_shown;
    assign @{remainder} = rest_shown;
@{fault_assign}endmodule
