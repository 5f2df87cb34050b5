# expect: COMPILATION_ERROR,RESOURCE_LIMIT,TIMEOUT: macros that never end
    .macro again
    again
    .endm
    .globl @{top}
@{top}:
    again
