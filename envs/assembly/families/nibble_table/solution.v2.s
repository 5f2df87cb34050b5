# A shuffle looks 16 bytes up; fewer go byte by byte.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    xor     eax, eax
    lea     r9, [rdx-16]
    cmp     rdx, 16
    jb      .Ltail
    movdqu  xmm0, [rcx]
    movdqa  xmm1, [rip+.Lfifteen]
.Lvector:
    movdqu  xmm2, [rsi+rax]
    @{shift_vector}
    pand    xmm2, xmm1
    movdqa  xmm3, xmm0
    pshufb  xmm3, xmm2
    movdqu  [rdi+rax], xmm3
    add     rax, 16
    cmp     rax, r9
    jb      .Lvector
    movdqu  xmm2, [rsi+r9]              # the last 16, some of them again
    @{shift_vector}
    pand    xmm2, xmm1
    pshufb  xmm0, xmm2
    movdqu  [rdi+r9], xmm0
    ret
.Ltail:
    cmp     rax, rdx
    jae     .Lend
    mov     r8b, [rsi+rax]
    @{shift_one}
    and     r8d, 15
    mov     r8b, [rcx+r8]
    mov     [rdi+rax], r8b
    inc     rax
    jmp     .Ltail
.Lend:
    ret
    .section .rodata
    .p2align 4
.Lfifteen:
    .fill   16, 1, 15
