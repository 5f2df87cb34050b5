# expect: REJECTED: a global symbol beside the function could take the place of one that the runner calls
    .globl @{top}, memset
@{top}:
    ret
memset:
    ret
