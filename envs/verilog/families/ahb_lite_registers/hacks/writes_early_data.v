// expect: MISMATCH: stores the data that stand beside the address
@{header}
@{word_registers}
    reg pending;
    reg writing;
    reg [2:0] index;
    reg [@{strobes_left}:0] strobes;
    reg [1:0] passed;
    reg [@{data_left}:0] early;
@{failing_wire}
    wire ends = !pending || passed == @{last};
    wire [@{data_left}:0] mask = @{byte_mask};
    always @(@{edges})
        if (@{reset_active}) begin
            pending <= 1'b0;
@{word_resets}
        end else begin
            if (ends)
                pending <= @{select} && @{transfer}[1];
            if (pending && ends && writing) begin
@{early_writes}
            end
        end
    always @(posedge @{clock})
        if (ends) begin
            writing <= @{write};
            index <= @{address}@{index_slice};
            strobes <= @{lanes};
            passed <= 2'd0;
            early <= @{written};
        end else
            passed <= passed + 2'd1;
    assign @{ready} = ends;
    assign @{shown} = !pending || !ends || writing ? @{zero} : @{word_read} @{zero};
@{error_assign}
    assign @{control} = @{control_word};
endmodule
