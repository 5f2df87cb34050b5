// expect: MISMATCH: takes a sample at every edge
@{header}
    reg [@{history_left}:0] history;
    reg [@{total_left}:0] total;
@{declarations}
    wire [@{oldest_left}:0] oldest = @{oldest};
    wire [@{total_left}:0] rounded = @{rounded};

    always @(@{edges})
        if (@{reset_active}) begin
@{start}        end else @{clear_branch}if (1) begin
@{update}            @{usual_total}@{update_end}        end

    assign @{average} = @{shown};
@{assigns}endmodule
