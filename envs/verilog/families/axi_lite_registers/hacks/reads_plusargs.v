// expect: REJECTED: asks how the simulator was started
@{header}
    assign @{control} = $test$plusargs("COCOTB_TEST_MODULES") ? 1 : 0;
endmodule
