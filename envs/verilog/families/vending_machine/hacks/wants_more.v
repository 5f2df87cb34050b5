// expect: MISMATCH: a credit of exactly the price is not enough
@{header}
    reg [@{held_left}:0] held;
    reg sold;
    reg refused;
@{paid_registers}
    reg [3:0] value;
    wire [@{total_left}:0] total = held + value;
    wire fits = total <= @{limit};
    wire [@{held_left}:0] sum = fits ? total : held;

    always @*
        case (@{coin})
@{arms}            default: value = 0;
        endcase

    always @(@{edges})
        if (@{reset_active}) begin
            held <= 0;
            sold <= 1'b0;
            refused <= 1'b0;
@{paid_reset}        end else begin
            sold <= 1'b0;
@{paid_default}        @{pay_branch}@{cancel_branch}begin
            held <= sum;
            refused <= !fits;
            if (@{more_than_enough}) begin
                sold <= 1'b1;
@{sell}            end
        end
        end

    assign @{vend} = sold;
    assign @{reject} = refused;
    assign @{credit} = held;
@{change_assign}endmodule
