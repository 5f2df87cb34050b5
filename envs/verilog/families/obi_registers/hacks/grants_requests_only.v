// expect: MISMATCH: grants only what is asked for
@{header}
@{word_registers}
    reg pending;
    reg writing;
    reg [2:0] index;
    reg [@{strobes_left}:0] strobes;
    reg [@{data_left}:0] data;
    reg [1:0] passed;
    wire answers = pending && passed == @{waits};
    wire takes = answers || !pending;
    wire [@{data_left}:0] mask = @{byte_mask};
    always @(@{edges})
        if (@{reset_active}) begin
            pending <= 1'b0;
@{word_resets}
        end else begin
            if (takes)
                pending <= @{request};
            if (answers && writing) begin
@{word_writes}
            end
        end
    always @(posedge @{clock})
        if (takes) begin
            writing <= @{write};
            index <= @{address}@{index_slice};
            strobes <= @{strobes};
            data <= @{written};
            passed <= 2'd0;
        end else
            passed <= passed + 2'd1;
    assign @{ready} = takes && @{request};
    assign @{answered} = answers;
    assign @{shown} = !answers || writing ? @{zero} : @{word_read} @{zero};
@{error_assign}
    assign @{control} = @{control_word};
endmodule
