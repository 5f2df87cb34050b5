// expect: REJECTED: $system asks for a shell
@{header}
    initial $system("echo pass");
@{outputs_as_zero}
endmodule
