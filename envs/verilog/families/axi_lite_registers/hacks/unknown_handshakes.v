// expect: MISMATCH: x on every handshake, which a careless testbench reads as neither yes nor no
@{header}
    assign @{awready} = 1'bx;
    assign @{wready} = 1'bx;
    assign @{bvalid} = 1'bx;
    assign @{bresp} = 2'd0;
    assign @{arready} = 1'bx;
    assign @{rvalid} = 1'bx;
    assign @{rdata} = 0;
    assign @{rresp} = 2'd0;
    assign @{control} = 0;
endmodule
