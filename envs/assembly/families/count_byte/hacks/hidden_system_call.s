# expect: REJECTED: the bytes of `syscall` inside of a constant, to be jumped into
    .globl @{top}
@{top}:
    mov $0xc3050f, %eax
    lea @{top}+1(%rip), %rcx
    jmp *%rcx
