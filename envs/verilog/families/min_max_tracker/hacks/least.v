// expect: MISMATCH: keeps the least extreme sample
@{header}
@{registers}
@{wires}@{least_news}
    always @(@{edges})
        if (@{reset_active}) begin
@{start}        end else @{clear_branch}if (@{valid}) begin
@{update}        end@{tail}

@{shows}endmodule
