# expect: TIMEOUT: it does not come to an end
    .globl @{top}
@{top}:
    jmp @{top}
