// expect: MISMATCH: what an event during a pulse does is not what was asked for
@{header}
    reg [@{top_bit}:0] left;
@{memory_reg}

    always @(@{edges})
        if (@{reset_active}) begin
            left <= 0;
@{memory_clear}        end else begin
@{memory_update}            @{cancel_branch}if (@{hit}@{other_accepts})
                left <= @{length_value};
            else if (left != 0)
                left <= left - 1;
        end

    assign @{pulse} = @{shown};
@{assigns}endmodule
