// expect: MISMATCH: writes whole words, whatever the byte enables say
@{header}
@{word_registers}
    reg @{waited_range}waited;
    reg [@{flight_left}:0] flying;
@{flight}
@{missed}
    wire requested = @{read} || @{write};
    wire takes = requested && waited == @{waits_for};
    wire takes_read = takes && @{read};
    wire [2:0] index = @{address};
    wire [@{data_left}:0] mask = ~@{zero};
    always @(@{edges})
        if (@{reset_active}) begin
            waited <= 0;
            flying <= 0;
@{word_resets}
        end else begin
            waited <= (requested && !takes) ? waited + 1'b1 : 0;
            flying <= @{arrivals};
            if (takes && @{write}) begin
@{word_writes}
            end
        end
    always @(posedge @{clock}) begin
        if (takes_read)
            data_0 <= @{word_read} @{zero};
@{flight_steps}
@{missed_step}
    end
    assign @{waits} = @{must_wait};
    assign @{answered} = flying[@{flight_left}];
    assign @{shown} = @{oldest};
@{response_assign}
    assign @{control} = @{control_word};
endmodule
