# expect: REJECTED: answers kept for the next call are fast when calls repeat
    .globl @{top}
@{top}:
    mov last(%rip), %rax
    mov %rax, last(%rip)
    ret
    .bss
last: .zero 8
