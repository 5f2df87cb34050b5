// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
@{registers}
@{wires}@{news}
    always @(@{other_edges})
        if (@{reset_active}) begin
@{start}        end else @{clear_branch}if (@{valid}) begin
@{update}        end@{tail}

@{shows}endmodule
