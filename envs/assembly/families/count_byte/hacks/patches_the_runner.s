# expect: MEMORY_FAULT: the loop around the calls lies in pages that cannot be written
    .globl @{top}
@{top}:
    mov $0x400000, %eax
    movb $0xc3, (%rax)
    ret
