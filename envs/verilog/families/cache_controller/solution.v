// The lines of each way apart; one of them is the one that a request touches.
@{header}
@{states}
@{memories}
@{turn}

    wire [@{index_left}:0] index = @{address}@{index_slice};
    wire [@{tag_left}:0] tag = @{address}@{tag_slice};
@{hits}
    wire hit = @{hit};
@{full}
@{way}
@{evicts}
    wire fills = @{read} && !hit@{goes_on} && @{mem_ready};
    wire stores = @{stores};
    wire changes = fills || stores;
    wire [@{left}:0] word = @{write} ? @{written} : @{mem_shown};

    always @(@{edges})
        if (@{reset_active}) begin
@{valid_resets}
        end else begin
@{valid_sets}
@{invalidates}
        end

    // Nobody looks at the rest of a line that is not valid.
    always @(posedge @{clock}) begin
@{dirty_steps}
@{line_steps}
@{turn_step}
    end

    assign @{done} = @{done_when};
    assign @{shown} = @{found};
    assign @{mem_read} = @{read} && !hit@{goes_on};
    assign @{mem_write} = @{mem_write_when};
    assign @{mem_address} = @{mem_address_text};
    assign @{mem_written} = @{mem_written_text};
endmodule
