// expect: MISMATCH: compares unsigned numbers where they are signed, or the other way round
// instead of:
@{results}
// stands:
@{other_results}
