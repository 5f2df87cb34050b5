# expect: REJECTED,MISMATCH,RUNTIME_ERROR,MEMORY_FAULT,TIMEOUT: whatever the runner is made to do, expected values are not there
    .globl @{top}
@{top}:
    mov $0x400000, %eax
    jmp *%rax
