# expect: REJECTED: a table larger than 64 KiB holds answers, not constants
    .globl @{top}
@{top}:
    mov answers(%rip), %rax
    ret
    .section .rodata
answers: .fill 80000, 1, 7
