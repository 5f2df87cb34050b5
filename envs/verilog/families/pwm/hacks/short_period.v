// expect: MISMATCH: the period is one cycle too short
@{header}
    localparam PERIOD = @{period};

    reg [@{phase_left}:0] phase;
@{declarations}

    wire last_phase = phase >= PERIOD - 2;
    wire new_period = @{new_period};
    wire active = @{active};

    always @(@{edges})
        if (@{reset_active}) begin
            phase <= 0;
@{resets}        end else @{guard}begin
            phase <= new_period ? 0 : phase + 1'b1;
@{updates}        end

@{assigns}endmodule
