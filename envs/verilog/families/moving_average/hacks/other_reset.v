// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
    reg [@{history_left}:0] history;
    reg [@{total_left}:0] total;
@{declarations}
    wire [@{oldest_left}:0] oldest = @{oldest};
    wire [@{total_left}:0] rounded = @{rounded};

    always @(@{other_edges})
        if (@{reset_active}) begin
@{start}        end else @{clear_branch}if (@{valid}) begin
@{update}            @{usual_total}@{update_end}        end

    assign @{average} = @{shown};
@{assigns}endmodule
