// expect: MISMATCH: right for 24 cycles after a reset, the length of a short test, and stopped from then on
@{header}
    localparam PERIOD = @{period};

    reg [4:0] age;
    always @(posedge @{clock})
        if (@{reset_active})
            age <= 0;
        else if (age < 24)
            age <= age + 1;

    reg [@{phase_left}:0] phase;
@{declarations}

    wire last_phase = phase >= PERIOD - 1;
    wire new_period = @{new_period};
    wire active = @{active};

    always @(@{edges})
        if (@{reset_active}) begin
            phase <= 0;
@{resets}        end else if (age < 24) @{guard}begin
            phase <= new_period ? 0 : phase + 1'b1;
@{updates}        end

@{assigns}endmodule
