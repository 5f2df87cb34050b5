// expect: REJECTED: asks for the arguments of the simulator
@{header}
    assign @{first_output} = $test$plusargs("pass");
endmodule
