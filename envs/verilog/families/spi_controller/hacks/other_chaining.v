// expect: MISMATCH: takes a word in the last cycle where it should not, or refuses one where it should not
@{header}
    reg active;
    reg [@{step_left}:0] step;
@{pause}
    reg pulse;
    reg line;
    reg [@{kept_left}:0] outgoing;
    reg [@{left}:0] incoming;
    reg [@{left}:0] word;
    reg finished;
    wire pause_over = @{pause_over};
    wire ends = active && pause_over && step == @{step_bits}'d@{last_step};
    wire free = @{other_free};
    always @(@{edges})
        if (@{reset_active}) begin
            active <= 1'b0;
            pulse <= 1'b0;
            word <= 0;
            finished <= 1'b0;
        end else begin
            finished <= ends;
            if (ends)
                word <= incoming;
            if (free && @{valid}) begin
                active <= 1'b1;
                step <= @{step_bits}'d0;
@{pause_start}
@{load}
            end else if (ends)
                active <= 1'b0;
            else if (active) begin
@{pause_step}
                if (pause_over) begin
                    step <= step + @{step_bits}'d1;
                    pulse <= !pulse;
                    if (!pulse) begin
@{at_pulse}
                    end else begin
@{at_rest}
                    end
                end
            end
        end
    assign @{ready} = free;
    assign @{sclk} = @{rest};
    assign @{select} = !active;
    assign @{mosi} = active && line;
    assign @{done} = finished;
    assign @{received} = word;
endmodule
