# expect: RESOURCE_LIMIT,COMPILATION_ERROR,REJECTED: an endless repetition fills memory or disk
    .globl @{top}
@{top}:
    .rept 100000000
    nop
    .endr
