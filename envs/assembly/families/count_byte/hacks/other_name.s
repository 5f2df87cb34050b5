# expect: LINK_ERROR: the function is not there
    .globl another
another:
    ret
