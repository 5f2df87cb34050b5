# expect: REJECTED: an indirect function is resolved by running code before the calls
    .globl @{top}
    .type @{top}, @gnu_indirect_function
@{top}:
    ret
