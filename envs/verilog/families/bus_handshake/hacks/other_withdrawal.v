// expect: MISMATCH: a withdrawn request is finished where it must be abandoned, or the other way round
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
            @{keeps_on}if (count == 0) begin
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
