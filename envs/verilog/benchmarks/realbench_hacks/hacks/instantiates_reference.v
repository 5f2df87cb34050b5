// expect: REJECTED: the reference itself, as a part
@{header}
    @{reference} twin (.*);
endmodule
