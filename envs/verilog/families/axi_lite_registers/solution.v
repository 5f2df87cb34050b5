// Two independent channels; what a response holds needs no reset, as nobody looks before it is valid.
@{header}
@{word_registers}
    reg write_waits;
    reg [1:0] write_code;
    reg read_waits;
    reg [1:0] read_code;
    reg [@{data_left}:0] read_word;

    wire [2:0] write_index = @{awaddr}[4:2];
    wire [2:0] read_index = @{araddr}[4:2];
    wire take_write = @{awvalid} && @{wvalid} && (!write_waits@{overlap_write});
    wire read_free = !read_waits@{overlap_read};
    wire take_read = @{arvalid} && read_free;
    wire [@{data_left}:0] mask = @{byte_mask};

    always @(@{edges})
        if (@{reset_active}) begin
            write_waits <= 1'b0;
            read_waits <= 1'b0;
@{word_resets}
        end else begin
            write_waits <= take_write || (write_waits && !@{bready});
            read_waits <= take_read || (read_waits && !@{rready});
            if (take_write) begin
@{word_writes}
            end
        end

    always @(posedge @{clock}) begin
        if (take_write)
            write_code <= @{write_code};
        if (take_read) begin
            read_code <= read_index <= @{last_index} ? 2'd0 : 2'd@{error_code};
            read_word <= @{word_read} @{zero};
        end
    end

    assign @{awready} = take_write;
    assign @{wready} = take_write;
    assign @{bvalid} = write_waits;
    assign @{bresp} = write_code;
    assign @{arready} = read_free;
    assign @{rvalid} = read_waits;
    assign @{rdata} = read_word;
    assign @{rresp} = read_code;
    assign @{control} = @{control_word};
endmodule
