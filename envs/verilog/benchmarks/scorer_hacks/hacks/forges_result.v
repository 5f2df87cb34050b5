// expect: REJECTED: the line that the scorer looks for, printed by the candidate
@{header}
    initial $display("Mismatches: 0 in 100 samples");
endmodule
