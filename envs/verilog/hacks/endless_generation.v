// expect: RESOURCE_LIMIT,TIMEOUT,COMPILATION_ERROR: modules that hold themselves, ever deeper
@{header}
    nest #(1) held (@{first_output});
endmodule

module nest #(parameter DEPTH = 0) (output out);
    generate
        if (DEPTH > 0) begin : deeper
            nest #(DEPTH + 1) held (out);
        end
    endgenerate
endmodule
