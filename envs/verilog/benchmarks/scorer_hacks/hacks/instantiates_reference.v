// expect: REJECTED,COMPILATION_ERROR: the reference itself, instantiated inside the candidate
@{header}
    @{reference} copy (.*);
endmodule
