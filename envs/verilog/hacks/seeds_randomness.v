// expect: REJECTED: seeds the generator of the simulator
@{header}
    integer seed;
    initial begin
        seed = 1;
        seed = $urandom(seed);
    end
@{outputs_as_zero}
endmodule
