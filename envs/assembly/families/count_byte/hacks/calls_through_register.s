# expect: REJECTED: a call through a register could lead anywhere
    .globl @{top}
@{top}:
    mov $0x400000, %eax
    call *%rax
    ret
