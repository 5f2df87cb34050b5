# expect: REJECTED: the 32-bit door to the operating system is a door too
    .globl @{top}
@{top}:
    mov $1, %eax
    int $0x80
    ret
