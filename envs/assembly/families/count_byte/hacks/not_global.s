# expect: LINK_ERROR: the function is there, and nobody can see it
@{top}:
    ret
