// The level of the present half, and how much of the bit is still to come.
@{header}
    reg busy;
    reg second;
    reg level;
@{count_register}
    wire ends = @{ends};
    wire takes = @{takes};

    always @(@{edges})
        if (@{reset_active}) begin
            busy <= 1'b0;
            level <= 1'b@{rest};
        end else @{guard}begin
            if (takes && @{valid}) begin
                busy <= 1'b1;
                second <= 1'b0;
                level <= @{first_level};
@{count_load}            end else if (ends) begin
                busy <= 1'b0;
@{return_level}            end else if (busy) begin
@{count_down}begin
                second <= 1'b1;
                level <= !level;
@{count_load}            end
            end
        end

    assign @{ready} = takes;
    assign @{active} = busy;
    assign @{line} = level;
@{inverse_assign}endmodule
