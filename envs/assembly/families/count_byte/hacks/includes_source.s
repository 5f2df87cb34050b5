# expect: REJECTED: the same, as text
    .globl @{top}
@{top}:
    ret
    .ifdef NEVER
    .else
    .include "/usr/include/stdc-predef.h"
    .endif
