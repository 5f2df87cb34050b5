// expect: MISMATCH: one flip-flop stands where a synchroniser has several
@{header}
    reg [@{data_left}:0] memory [0:@{last}];
    reg [@{top_bit}:0] write_place, write_gray;
    reg [@{top_bit}:0] read_place, read_gray;
    reg [@{chain_left}:0] read_chain;
    reg [@{chain_left}:0] write_chain;

    wire [@{top_bit}:0] read_seen = @{read_seen};
    wire [@{top_bit}:0] write_seen = @{write_seen};
    wire store = @{store};
    wire take = @{take};
    wire [@{top_bit}:0] write_next = write_place + store;
    wire [@{top_bit}:0] read_next = read_place + take;

    always @(posedge @{write_clock})
        if (store)
            memory[write_place[@{below}:0]] <= @{data};

    always @(@{write_edges})
        if (@{write_reset_active}) begin
            write_place <= 0;
            write_gray <= 0;
            read_chain <= 0;
        end else begin
            write_place <= write_next;
            write_gray <= write_next ^ (write_next >> 1);
            read_chain <= {@{stages}{read_gray}};
        end

    always @(@{read_edges})
        if (@{read_reset_active}) begin
            read_place <= 0;
            read_gray <= 0;
            write_chain <= 0;
        end else begin
            read_place <= read_next;
            read_gray <= read_next ^ (read_next >> 1);
            write_chain <= {@{stages}{write_gray}};
        end

    assign @{full} = write_gray == {~read_seen[@{top_bit}:@{below}], read_seen[@{rest}:0]};
    assign @{empty} = read_gray == write_seen;
@{word_text}
@{levels}
endmodule
