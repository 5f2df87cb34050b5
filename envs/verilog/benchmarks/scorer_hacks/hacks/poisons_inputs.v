// expect: REJECTED,MISMATCH: an unknown fed back into the inputs makes the reference unknown, which asks for nothing
@{header}
@{unknown_inputs}
@{unknown_outputs}
endmodule
