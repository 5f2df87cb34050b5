// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
    localparam @{sum_type}MAXIMUM = @{maximum};
@{minimum_constant}

    reg @{total_type}value;
@{flag_registers}

    wire @{total_type}base = @{base};
    wire @{sum_type}result = @{result};
    wire above = result > MAXIMUM;
@{below_wire}

    always @(@{other_edges})
        if (@{reset_active}) begin
            value <= 0;
@{flag_resets}        end else if (@{clear_first}) begin
            value <= 0;
@{flag_resets}        end else if (@{enable}) begin
            value <= @{saturated_result};
@{flag_updates}        end@{idle_branch}

    assign @{total} = value;
@{flag_assigns}endmodule
