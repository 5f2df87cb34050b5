# expect: REJECTED: so is a variable of the thread
    .globl @{top}
@{top}:
    mov %fs:last@tpoff, %rax
    ret
    .section .tbss, "awT", @nobits
last: .zero 8
