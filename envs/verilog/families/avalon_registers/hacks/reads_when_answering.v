// expect: MISMATCH: shows the register as it is when the answer comes, not as it was when the read was taken
@{header}
@{word_registers}
    reg @{waited_range}waited;
    reg [@{flight_left}:0] flying;
    reg [2:0] kept;
    wire requested = @{read} || @{write};
    wire takes = requested && waited == @{waits_for};
    wire takes_read = takes && @{read};
    wire [2:0] index = @{write} ? @{address} : kept;
    wire [@{data_left}:0] mask = @{byte_mask};
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
            kept <= @{address};
    end
    assign @{waits} = @{must_wait};
    assign @{answered} = flying[@{flight_left}];
    assign @{shown} = @{word_read} @{zero};
@{response_zero}
    assign @{control} = @{control_word};
endmodule
