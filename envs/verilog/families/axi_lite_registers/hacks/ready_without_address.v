// expect: MISMATCH: takes the data of a write without its address
@{header}
@{word_registers}
    reg write_waits;
    reg read_waits;
    reg [@{data_left}:0] read_word;
    always @(@{edges})
        if (@{reset_active}) begin
            write_waits <= 1'b0;
            read_waits <= 1'b0;
            read_word <= 0;
@{word_resets}
        end else begin
            write_waits <= @{wvalid} || (write_waits && !@{bready});
            read_waits <= @{arvalid} || (read_waits && !@{rready});
            read_word <= @{wdata};
        end
    assign @{awready} = !write_waits;
    assign @{wready} = !write_waits;
    assign @{bvalid} = write_waits;
    assign @{bresp} = 2'd0;
    assign @{arready} = !read_waits;
    assign @{rvalid} = read_waits;
    assign @{rdata} = read_word;
    assign @{rresp} = 2'd0;
    assign @{control} = @{control_word};
endmodule
