# expect: MEMORY_FAULT: the stack ends at a page that cannot be touched
    .globl @{top}
@{top}:
    push %rax
    jmp @{top}
