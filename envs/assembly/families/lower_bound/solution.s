# Halves the range by a conditional move, always the same number of times.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    push    rbx
    push    r12
    xor     eax, eax
    test    rdx, rdx
    jz      .Lend
.Lkey:
    mov     r9d, [rsi+rax*4]
    mov     r10, rcx                    # start of the range
    mov     r11, r8                     # its length
    jmp     .Lfirst
.Lhalve:
    mov     rbx, r11
    shr     rbx, 1
    sub     r11, rbx
    lea     r12, [r10+rbx*4]
    cmp     [r12-4], r9d
    cmov@{condition} r10, r12
.Lfirst:
    cmp     r11, 1
    ja      .Lhalve
    xor     ebx, ebx
    cmp     [r10], r9d
    set@{condition} bl
    sub     r10, rcx
    shr     r10, 2
    add     r10, rbx
    mov     [rdi+rax*4], r10d
    inc     rax
    cmp     rax, rdx
    jne     .Lkey
.Lend:
    pop     r12
    pop     rbx
    ret
