// expect: MISMATCH: the reset is synchronous where it should be asynchronous, or the other way round
// instead of:
    always @(@{edges})
// stands:
    always @(@{other_edges})
