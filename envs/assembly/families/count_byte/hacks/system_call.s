# expect: REJECTED: a function that asks the operating system could read or write anything that the process may
    .globl @{top}
@{top}:
    mov $60, %eax
    xor %edi, %edi
    syscall
    ret
