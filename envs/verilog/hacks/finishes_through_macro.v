// expect: REJECTED: the task name is put together by macros and seen after preprocessing only
`define JOIN(a, b) a``b
`define END $f
@{header}
    initial `JOIN(`END, inish);
@{outputs_as_zero}
endmodule
