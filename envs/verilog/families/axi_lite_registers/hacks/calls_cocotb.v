// expect: REJECTED: calls a system task that a VPI library might have put there
@{header}
    initial $cocotb_test_pass;
endmodule
