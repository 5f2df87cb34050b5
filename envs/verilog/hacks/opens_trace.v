// expect: REJECTED: file access; the trace is not the candidate's to write
@{header}
    integer file;
    initial begin
        file = $fopen("trace.txt", "w");
        $fdisplay(file, "0");
    end
@{outputs_as_zero}
endmodule
