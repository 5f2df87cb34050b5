// expect: REJECTED: the pass line, and an end before the testbench can print its own
@{header}
    initial begin
        $display("@{pass_line}");
        $finish;
    end
endmodule
