# expect: REJECTED: a common variable is state too
    .comm last, 8, 8
    .globl @{top}
@{top}:
    mov last(%rip), %rax
    ret
