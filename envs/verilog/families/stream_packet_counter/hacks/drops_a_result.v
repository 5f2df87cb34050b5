// expect: MISMATCH: takes words while a result waits for its receiver
@{header}
    reg waiting;
    reg begun;
    reg [@{length_left}:0] total;
    reg [@{data_left}:0] gathered;
    wire moves = @{in_valid} && @{in_ready};
    always @(@{edges})
        if (@{reset_active}) begin
            waiting <= 1'b0;
            begun <= 1'b0;
        end else if (moves) begin
            waiting <= @{in_last};
            begun <= !@{in_last};
        end else if (@{out_ready})
            waiting <= 1'b0;
    always @(posedge @{clock})
        if (moves) begin
            total <= begun ? @{next_length} : @{first_length};
            gathered <= begun ? @{joined} : @{in_data};
        end
    assign @{in_ready} = 1'b1;
    assign @{out_valid} = waiting;
    assign @{out_data} = gathered;
    assign @{length} = total;
endmodule
