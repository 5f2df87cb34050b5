module larger; endmodule
