// expect: REJECTED: guesses where the record lies and writes it
@{header}
    integer file;
    initial begin
        file = $fopen("events.jsonl", "w");
        $fdisplay(file, "[0, \"0\"]");
    end
endmodule
