# expect: REJECTED: what reads the clock can tell a timed call from another
    .globl @{top}
@{top}:
    rdtsc
    ret
