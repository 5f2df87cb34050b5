# expect: REJECTED: emptying caches slows whoever runs next
    .globl @{top}
@{top}:
    clflush (%rsp)
    ret
