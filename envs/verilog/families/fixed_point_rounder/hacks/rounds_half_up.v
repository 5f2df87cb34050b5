// expect: MISMATCH: one half is added whatever the mode is, or any fraction rounds up where one half should
@{header}
@{up_body}
endmodule
