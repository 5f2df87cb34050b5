# expect: REJECTED,LINK_ERROR: the entry of the program is not the function's to define
    .globl @{top}, ecot_start
@{top}:
    ret
ecot_start:
    ret
