# expect: REJECTED: a source that reads files could carry in what the judge holds
    .globl @{top}
@{top}:
    ret
    .section .rodata
    .incbin "/usr/include/stdc-predef.h", 0, 16
