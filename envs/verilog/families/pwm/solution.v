// A phase counter, compared with the duty in force.
@{header}
    localparam PERIOD = @{period};

    reg [@{phase_left}:0] phase;
    wire last_phase = phase == PERIOD - 1;

    always @(@{edges})
        if (@{reset_active})
            phase <= 0;
@{restart_branch}        else@{guard}
            phase <= last_phase ? 0 : phase + 1'b1;
@{duty_logic}
    wire active = @{active};
@{marker_logic}@{output_logic}endmodule
