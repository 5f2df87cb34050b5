// expect: MISMATCH: a read from the empty queue is let through when a word is written at the same edge
@{header}
    localparam DEPTH = @{depth};

    reg [@{data_left}:0] memory [0:DEPTH-1];
    reg [@{place_left}:0] head;
    reg [@{place_left}:0] tail;
    reg [@{level_left}:0] held;
@{declarations}

    wire is_full = held >= DEPTH;
    wire is_empty = held == 0;
    wire take = @{pop} && (!is_empty || @{push});
    wire store = @{store};
@{lose_wire}

    always @(posedge @{clock})
        if (store)
            memory[tail] <= @{data};

    always @(@{edges})
        if (@{reset_active}) begin
            head <= 0;
            tail <= 0;
            held <= 0;
@{resets}        end else begin
            if (store)
                tail <= @{next_tail};
            if (@{advance})
                head <= @{next_head};
            if (store && !@{leaves})
                held <= held + 1'b1;
            else if (!store && take)
                held <= held - 1'b1;
@{updates}        end

    assign @{full} = is_full;
    assign @{empty} = is_empty;
@{assigns}endmodule
