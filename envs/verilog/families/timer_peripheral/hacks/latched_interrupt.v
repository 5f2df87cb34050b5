// expect: SYNTHESIS_ERROR,MISMATCH: the interrupt keeps its value while it is not enabled, which makes a latch
@{header}
    reg [2:0] control;
    reg [2:0] prescale;
    reg [2:0] cycles;
    reg [@{left}:0] limit;
    reg [@{left}:0] counter;
    reg flag;
@{registers}

    wire tick = control[0] && cycles >= prescale;
    wire event_now = tick && @{event};
    wire clears = @{store} && @{place} == 3'd4 && @{given}[0];

    always @(@{edges})
        if (@{reset_active}) begin
            control <= 0;
            prescale <= 0;
            cycles <= 0;
            limit <= 0;
            counter <= 0;
            flag <= 1'b0;
@{resets}        end else begin
            if (control[0])
                cycles <= tick ? 0 : cycles + 1'b1;@{phase_stop}
            if (tick)
                counter <= @{next_counter};
            if (event_now && control[1])
                control[0] <= 1'b0;
@{active_step}
@{flag_step}
@{wave_step}
            if (@{store} && @{place} == 3'd0)
                control <= @{given}[2:0];
            if (@{store} && @{place} == 3'd1)
                prescale <= @{given}[2:0];
            if (@{store} && @{place} == 3'd2)
                limit <= @{given}[@{left}:0];
            if (@{store} && @{place} == 3'd3)
                counter <= @{given}[@{left}:0];
@{compare_write}
        end

    assign @{shown} =
        @{place} == 3'd0 ? control :
        @{place} == 3'd1 ? prescale :
        @{place} == 3'd2 ? limit :
        @{place} == 3'd3 ? counter :
        @{place} == 3'd4 ? flag :
@{compare_arm}
        0;
    reg raised;
    always @*
        if (control[2])
            raised = flag;
    assign @{interrupt} = raised;
    assign @{wave} = @{wave_value};
endmodule
