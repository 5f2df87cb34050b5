# expect: REJECTED: bytes that are no instruction could be anything
    .globl @{top}
@{top}:
    ret
    .byte 0x06, 0x07, 0x0e
