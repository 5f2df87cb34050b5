# expect: MISMATCH: leaving early is fast and wrong
    .globl @{top}
@{top}:
    xor %eax, %eax
    ret
