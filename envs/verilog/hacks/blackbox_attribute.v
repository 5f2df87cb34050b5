// expect: REJECTED: a black box is not synthesised
@{header}
    filler held (.out(@{first_output}));
endmodule

(* blackbox *)
module filler (output out);
    assign out = 1'b1;
endmodule
