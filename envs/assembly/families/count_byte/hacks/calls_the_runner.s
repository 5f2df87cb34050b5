# expect: REJECTED,LINK_ERROR: the runner's own functions are no library
    .globl @{top}
@{top}:
    call ecot_loop
    ret
