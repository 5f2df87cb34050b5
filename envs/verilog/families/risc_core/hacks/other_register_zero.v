// expect: MISMATCH: treats register 0 as the other kind of register
@{header}
    reg [@{code_left}:0] next_address;
    reg executing;
    reg [@{code_bits}:0] code;
    reg [@{code_left}:0] code_address;
    reg writing;
    reg loading;
    reg [2:0] write_number;
    reg [@{word_left}:0] write_value;
    reg [@{file_left}:0] registers;
    integer number;

@{wire_arithmetic}
    wire is_arithmetic = @{is_arithmetic};
    wire is_immediate = @{is_immediate};
    wire is_load = @{is_load};
    wire is_store = @{is_store};
    wire is_branch = @{is_branch};
    wire is_jump = @{is_jump};
@{control}
    wire [2:0] target = @{target};
    wire [2:0] first = @{first};
    wire [2:0] second = @{second};
    wire [@{word_left}:0] immediate = @{immediate};
    wire [@{code_left}:0] distance = @{distance};
@{reads}

    wire [@{word_left}:0] arriving = loading ? @{data_in} : write_value;
    wire held = @{held};
    wire go = executing && !held;
    wire [@{word_left}:0] left = @{left_source};
    wire [@{word_left}:0] right = @{right_source};
    wire [@{word_left}:0] place = left + immediate;
    wire jumps = go && (is_jump || (is_branch && ((left == right) != @{unequal})));
    wire [@{code_left}:0] following = code_address + @{step};
    wire writes = go && (is_arithmetic || is_immediate || is_load || is_jump)@{other_guard};

    wire [2:0] kind = @{kind};
    wire [@{word_left}:0] result =
@{results}
    always @(@{edges})
        if (@{reset_active}) begin
            next_address <= 0;
            executing <= 1'b0;
            writing <= 1'b0;
            registers <= 0;
        end else begin
            for (number = 0; number < 8; number = number + 1)
                if (writing && write_number == number)
                    registers[number * @{word} +: @{word}] <= arriving;
            writing <= writes;
            loading <= is_load;
            write_number <= target;
            write_value <= is_jump ? @{link} : is_arithmetic ? result : place;
            if (!executing || go) begin
                executing <= @{fetch_guard};
                code <= @{instruction};
                code_address <= next_address;
                if (jumps)
                    next_address <= code_address + distance;
                else if (@{offered})
                    next_address <= next_address + @{step};
            end
        end

    assign @{address} = next_address;
    assign @{read} = go && is_load;
    assign @{write} = go && is_store;
    assign @{data_address} = (go && (is_load || is_store)) ? place : 0;
    assign @{data_out} = (go && is_store) ? right : 0;
    assign @{retired} = writing;
    assign @{register} = writing ? write_number : 3'd0;
    assign @{value} = writing ? arriving : 0;
endmodule
