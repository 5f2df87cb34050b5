// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
    reg [@{left}:0] rest;
    wire [@{left}:0] base = @{from};
    wire feedback = base[@{left}] ^ @{data};
    wire [@{left}:0] next = {base[@{below}:0], 1'b0} ^ (feedback ? @{divisor} : 0);

    always @(@{other_edges})
        if (@{reset_active})
            rest <= @{begin};
        else @{clear_branch}@{emit_branch}@{valid_branch}rest <= next;

    assign @{result} = @{shown};
endmodule
