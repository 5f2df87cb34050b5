// expect: REJECTED: full_case lets synthesis choose what simulation does not
@{header}
    reg chosen;
    always @(*)
        case (@{first_input}) // synopsys full_case parallel_case
            1'b0: chosen = 1'b1;
        endcase
    assign @{first_output} = chosen;
endmodule
