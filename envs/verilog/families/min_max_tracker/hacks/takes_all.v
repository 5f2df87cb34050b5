// expect: MISMATCH: takes a sample at every edge
@{header}
@{registers}
@{wires}@{news}
    always @(@{edges})
        if (@{reset_active}) begin
@{start}        end else @{clear_branch}if (1) begin
@{update}        end@{tail}

@{shows}endmodule
