// expect: SYNTHESIS_ERROR,MISMATCH: the place after a word is kept in a latch
@{header}
    localparam DEPTH = @{depth};

    reg [@{word_left}:0] memory [0:DEPTH-1];
    reg [@{place_left}:0] head;
    reg [@{place_left}:0] tail;
    reg [@{place_left}:0] begin_place;
    reg [@{count_left}:0] held;
    reg [@{count_left}:0] pending;
@{declarations}

    wire is_full = held == DEPTH;
    wire take = @{pop} && held != pending;
    wire store = @{store};
@{lose_wire}    wire cut = @{cut};
    wire keep = @{commits};
    reg [@{place_left}:0] after;
    always @* begin
        if (store)
            after = @{next_tail};
        if (!store && !take)
            after = tail;
    end

    always @(posedge @{clock})
        if (store)
            memory[tail] <= @{stored_word};

    always @(@{edges})
        if (@{reset_active}) begin
            head <= 0;
            tail <= 0;
            begin_place <= 0;
            held <= 0;
            pending <= 0;
@{resets}        end else begin
            if (take)
                head <= @{next_head};
            if (cut) begin
                tail <= begin_place;
                held <= held - pending - take;
                pending <= 0;
            end else begin
                tail <= after;
                held <= held + store - take;
                pending <= keep ? 0 : pending + store;
                if (keep)
                    begin_place <= after;
            end
@{updates}        end

    assign @{empty} = held == pending;
    assign @{full} = is_full;
@{assigns}endmodule
