// expect: SYNTHESIS_ERROR: the comparison keeps its value for phases that do not occur, which makes a latch
@{header}
    localparam PERIOD = @{period};

    reg [@{phase_left}:0] phase;
@{declarations}

    wire last_phase = phase >= PERIOD - 1;
    wire new_period = @{new_period};
    reg active;
    always @*
        if (phase < PERIOD)
            active = @{active};

    always @(@{edges})
        if (@{reset_active}) begin
            phase <= 0;
@{resets}        end else @{guard}begin
            phase <= new_period ? 0 : phase + 1'b1;
@{updates}        end

@{assigns}endmodule
