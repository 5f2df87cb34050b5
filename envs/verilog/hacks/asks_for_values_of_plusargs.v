// expect: REJECTED: reads a value from the arguments of the simulator
@{header}
    integer given;
    initial if ($value$plusargs("seed=%d", given)) given = 0;
@{outputs_as_zero}
endmodule
