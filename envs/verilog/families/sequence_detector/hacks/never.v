// expect: MISMATCH: reports no match at all, which is right in most cycles
@{header}
@{never}endmodule
