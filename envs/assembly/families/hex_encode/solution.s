# Sixteen bytes a step, at the end the last sixteen once more; fewer go one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    xor     eax, eax
    mov     rcx, rdx
    sub     rcx, 16
    jb      .Lshort
    movdqa  xmm4, [rip+.Ldigits]
    movdqa  xmm5, [rip+.Lfifteen]
.Lsixteen:
    movdqu  xmm0, [rsi+rax]
    movdqa  xmm1, xmm0
    psrlw   xmm1, 4
    pand    xmm0, xmm5
    pand    xmm1, xmm5
    movdqa  xmm2, xmm1
    punpcklbw xmm1, xmm0
    punpckhbw xmm2, xmm0
    movdqa  xmm0, xmm4
    movdqa  xmm3, xmm4
    pshufb  xmm0, xmm1
    pshufb  xmm3, xmm2
    movdqu  [rdi+rax*2], xmm0
    movdqu  [rdi+rax*2+16], xmm3
    add     rax, 16
    cmp     rax, rcx
    jb      .Lsixteen
    movdqu  xmm0, [rsi+rcx]
    movdqa  xmm1, xmm0
    psrlw   xmm1, 4
    pand    xmm0, xmm5
    pand    xmm1, xmm5
    movdqa  xmm2, xmm1
    punpcklbw xmm1, xmm0
    punpckhbw xmm2, xmm0
    movdqa  xmm3, xmm4
    pshufb  xmm4, xmm1
    pshufb  xmm3, xmm2
    movdqu  [rdi+rcx*2], xmm4
    movdqu  [rdi+rcx*2+16], xmm3
    ret
.Lshort:
    test    rdx, rdx
    jz      .Lend
    lea     r10, [rip+.Ldigits]
.Lbyte:
    movzx   ecx, byte ptr [rsi+rax]
    mov     r8d, ecx
    shr     r8d, 4
    and     ecx, 15
    mov     r8b, [r10+r8]
    mov     cl, [r10+rcx]
    mov     [rdi+rax*2], r8b
    mov     [rdi+rax*2+1], cl
    inc     rax
    cmp     rax, rdx
    jne     .Lbyte
.Lend:
    ret
    .section .rodata
    .p2align 4
.Ldigits:
    .ascii  "@{digits}"
.Lfifteen:
    .fill   16, 1, 15
