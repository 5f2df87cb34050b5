# expect: REJECTED: what runs before the first call could prepare answers
    .globl @{top}
@{top}:
    ret
    .section .init_array, "aw"
    .quad @{top}
