# Sixteen flags a step, and one group of eight where the number of groups is odd.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    pxor    xmm0, xmm0
    mov     r8, rdx
    shr     r8, 1
    jz      .Llast
.Ltwo:
    movdqu  xmm1, [rsi]
    add     rsi, 16
    pcmpeqb xmm1, xmm0
    pmovmskb ecx, xmm1
    @{invert}
    mov     [rdi], cx
    add     rdi, 2
    dec     r8
    jnz     .Ltwo
.Llast:
    test    dl, 1
    jz      .Lend
    movq    xmm1, qword ptr [rsi]
    pcmpeqb xmm1, xmm0
    pmovmskb ecx, xmm1
    @{invert}
    mov     [rdi], cl
.Lend:
    ret
