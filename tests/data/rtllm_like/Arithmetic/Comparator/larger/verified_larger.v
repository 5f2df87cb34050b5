module larger (input [2:0] a, input [2:0] b, output more);
    assign more = a > b;
endmodule
