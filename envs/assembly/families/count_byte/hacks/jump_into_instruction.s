# expect: REJECTED: a direct jump into the middle of an instruction reads other code than the rules do
    .globl @{top}
@{top}:
    jmp 1f+2
1:  mov $0x9090c031, %eax
    ret
