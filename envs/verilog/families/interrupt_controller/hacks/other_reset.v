// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
@{header}
    reg [@{left}:0] enabled;
    reg [@{left}:0] pending;
    reg [@{left}:0] served;
@{registers}

    wire [@{left}:0] allowed = @{allowed};
    wire [@{left}:0] candidates = pending & enabled & allowed;
    wire [@{left}:0] pool = @{pool};
    wire [3:0] code = @{chain};
    wire at_claim = @{place} == @{at_claim};
    wire [@{count}:0] claimed = (@{fetch} && at_claim) ? @{one} << code : 0;
    wire [@{count}:0] completed = (@{store} && at_claim) ? @{one} << @{given} : 0;

    always @(@{other_edges})
        if (@{reset_active}) begin
            enabled <= @{enabled_start};
            pending <= 0;
            served <= 0;
@{resets}        end else begin
@{pends}
            served <= (served & ~completed[@{count}:1]) | claimed[@{count}:1];
            if (@{store} && @{place} == @{at_enable})
                enabled <= @{given}[@{left}:0];
@{steps}        end

    assign @{shown} =
@{arms}
    assign @{request} = code != 0;
    assign @{number} = code == 0 ? 3'd0 : code - 1'b1;
endmodule
