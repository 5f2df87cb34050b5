// A sample replaces an extreme where it is a new one.
@{header}
@{registers}
@{wires}@{news}
    always @(@{edges})
        if (@{reset_active}) begin
@{start}        end else @{clear_branch}if (@{valid}) begin
@{update}        end@{tail}

@{shows}endmodule
