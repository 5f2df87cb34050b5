# expect: MEMORY_FAULT: code pages cannot be written, the runner's no more than its own
    .globl @{top}
@{top}:
    lea @{top}(%rip), %rax
    movb $0xc3, (%rax)
    ret
