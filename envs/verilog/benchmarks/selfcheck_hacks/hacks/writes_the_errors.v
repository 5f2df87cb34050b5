// expect: REJECTED: sets the testbench's counters of errors through a hierarchical name
@{header}
    always #1 begin
        @{testbench}.error = 0;
        @{testbench}.errors = 0;
    end
endmodule
