// expect: REJECTED: outputs by chance
@{header}
    assign @{first_output} = $random;
endmodule
