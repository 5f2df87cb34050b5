// expect: MISMATCH: the sender answers itself, without waiting for the other side
@{header}
    reg request;
    reg [@{left}:0] held;
    reg [@{last}:0] back;
    reg [@{last}:0] seen;
    reg answer;
    reg present;
    reg [@{left}:0] word_held;
@{was_declared}

    wire accept = @{valid} & @{ready};
    wire arrives = @{arrives};

    always @(@{sending_edges})
        if (@{sending_reset_active}) begin
            request <= 1'b0;
            back <= 0;
@{was_set}
        end else begin
            request <= @{request_next};
            back <= {back[@{below}:0], request};
@{was_kept}
        end

    always @(posedge @{sending_clock})
        if (accept)
            held <= @{data};

    always @(@{receiving_edges})
        if (@{receiving_reset_active}) begin
            seen <= 0;
            answer <= 1'b0;
            present <= 1'b0;
        end else begin
            seen <= {seen[@{below}:0], request};
            answer <= @{answer_next};
            present <= @{present_next};
        end

    always @(@{word_edges})
@{word_reset}
        if (arrives)
            word_held <= held;
@{word_leaves}

    assign @{ready} = @{ready_value};
    assign @{arrived} = present;
    assign @{word} = word_held;
@{done_assigned}
endmodule
