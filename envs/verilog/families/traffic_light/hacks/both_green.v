// expect: MISMATCH: the main road keeps its light while the side road is green
@{header}
@{constants}
    reg [@{phase_left}:0] phase;
    reg [@{phase_left}:0] following;
    reg [@{timer_left}:0] timer;
    reg [@{timer_left}:0] time_left;
    reg [@{light_left}:0] main_now;
    reg [@{light_left}:0] side_now;
@{wait_register}

    always @*
        case (phase)
@{arms}        endcase

    wire may_end = @{may_end};
    wire ends = (timer == 0 && may_end)@{hurry};
@{wait_wire}

    always @(@{edges})
        if (@{reset_active}) begin
            phase <= MAIN_GREEN;
            timer <= @{green_left};
        end else @{halt_branch}@{tick_guard}begin
            if (ends) begin
                phase <= following;
                timer <= time_left;
            end else if (timer != 0)
                timer <= timer - 1'b1;
        end
@{wait_process}

    assign @{main} = (phase == SIDE_GREEN) ? side_now : main_now;
    assign @{side} = side_now;
@{wait_assign}endmodule
