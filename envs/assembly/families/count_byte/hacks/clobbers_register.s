# expect: RUNTIME_ERROR,MISMATCH,MEMORY_FAULT,TIMEOUT: registers that belong to the caller are kept, by right code too
    .globl @{top}
@{top}:
    xor %ebx, %ebx
    xor %eax, %eax
    ret
