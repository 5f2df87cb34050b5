// expect: REJECTED: the same early end, put together by the preprocessor
`define call(name) $``name
@{header}
    initial `call(finish);
endmodule
