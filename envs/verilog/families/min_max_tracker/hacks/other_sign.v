// expect: MISMATCH: compares unsigned numbers as two's complement, or the other way round
@{header}
@{registers}
@{wires}@{other_news}
    always @(@{edges})
        if (@{reset_active}) begin
@{start}        end else @{clear_branch}if (@{valid}) begin
@{update}        end@{tail}

@{shows}endmodule
