# expect: RUNTIME_ERROR,MEMORY_FAULT: a lost stack pointer does not lose the trace
    .globl @{top}
@{top}:
    xor %esp, %esp
    push %rax
    ret
