// expect: REJECTED: the line that the scorer looks for, printed by the candidate
@{header}
    initial $display("@{pass_line}");
endmodule
