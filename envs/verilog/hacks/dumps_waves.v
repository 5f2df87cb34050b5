// expect: REJECTED: fills the scratch folder with waves
@{header}
    initial begin
        $dumpfile("waves.vcd");
        $dumpvars;
    end
@{outputs_as_zero}
endmodule
