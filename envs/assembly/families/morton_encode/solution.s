# Two deposits a number.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    xor     eax, eax
    test    rcx, rcx
    jz      .Lend
    movabs  r10, 0x5555555555555555     # where the bits of @{low} go
    lea     r11, [r10+r10]              # where those of @{high} go
.Lpair:
    mov     r8d, [rsi+rax*4]            # x
    mov     r9d, [rdx+rax*4]            # y
    pdep    r8, r8, @{mask_of_x}
    pdep    r9, r9, @{mask_of_y}
    or      r8, r9
    mov     [rdi+rax*8], r8
    inc     rax
    cmp     rax, rcx
    jne     .Lpair
.Lend:
    ret
