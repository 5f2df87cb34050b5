// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
    reg [@{left}:0] phase;
@{declaration}
    wire [@{ratio_left}:0] ratio = @{ratio};
    wire ends = phase + 1 >= ratio;

    always @(@{other_edges})
        if (@{reset_active}) begin
            phase <= 0;
@{resets}        end else @{strobe_branch}@{runs}begin
            phase <= ends ? 0 : phase + 1;
@{updates}        end

    assign @{wave} = @{active};
endmodule
