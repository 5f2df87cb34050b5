// Slave of a four-phase handshake with @{waits} wait states.
@{header}
    reg waiting;
    reg done;
    reg @{count_left}count;
@{registers}
    wire wanted = @{wanted};

    always @(@{edges})
        if (@{reset_active}) begin
            waiting <= 1'b0;
            done <= 1'b0;
@{resets}
        end else if (done) begin
            if (!wanted) done <= 1'b0;
        end else if (waiting) begin
            @{abandons}if (count == 0) begin
                waiting <= 1'b0;
                done <= 1'b1;
@{access}
            end else
                count <= count - 1'b1;
        end else if (wanted) begin
            waiting <= 1'b1;
            count <= @{first_count};
@{take}
        end

@{assigns}
endmodule
