// expect: REJECTED: outputs by the simulator's time
@{header}
    assign @{first_output} = $time > 100;
endmodule
