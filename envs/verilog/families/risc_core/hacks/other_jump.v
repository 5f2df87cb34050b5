// expect: MISMATCH: executes what follows a jump where it should not, or the other way round
// instead of:
                executing <= @{fetch_guard};
// stands:
                executing <= @{other_fetch};
