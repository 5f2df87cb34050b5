# expect: REJECTED: AVX-512 is beyond the level of the task, and would slow the core down for others
    .globl @{top}
@{top}:
    vpxord %zmm0, %zmm0, %zmm0
    ret
