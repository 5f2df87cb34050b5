// expect: MISMATCH: the bit enters at the bottom, as if zeros were to follow the message
@{header}
    reg [@{left}:0] rest;
    wire [@{left}:0] base = @{from};
    wire feedback = base[@{left}];
    wire [@{left}:0] next = {base[@{below}:0], @{data}} ^ (feedback ? @{divisor} : 0);

    always @(@{edges})
        if (@{reset_active})
            rest <= @{begin};
        else @{clear_branch}@{emit_branch}@{valid_branch}rest <= next;

    assign @{result} = @{shown};
endmodule
