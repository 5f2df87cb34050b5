// expect: MISMATCH: treats register 0 as the other kind of register
// instead of:
    wire writes = go && (is_arithmetic || is_immediate || is_load || is_jump)@{writes_guard};
// stands:
    wire writes = go && (is_arithmetic || is_immediate || is_load || is_jump)@{other_guard};
