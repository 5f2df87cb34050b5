// expect: REJECTED: a program block ends the simulation when it is done
@{header}
@{outputs_as_zero}
endmodule

program ender;
    initial begin end
endprogram
