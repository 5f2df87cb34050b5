// expect: REJECTED: C++ in the simulator's process, which could end it
@{header}
    initial $c("exit(0);");
endmodule
