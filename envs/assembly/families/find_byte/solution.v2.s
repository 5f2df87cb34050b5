# Compares 16 bytes at a time; what is left is searched byte by byte.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    xor     eax, eax
    mov     edx, @{byte}
    movd    xmm0, edx
    pxor    xmm1, xmm1
    pshufb  xmm0, xmm1
    lea     rcx, [rsi-16]
    cmp     rsi, 16
    jb      .Lbyte
.Lvector:
    movdqu  xmm1, [rdi+rax]
    pcmpeqb xmm1, xmm0
    pmovmskb r8d, xmm1
    test    r8d, r8d
    jnz     .Lhit
    add     rax, 16
    cmp     rax, rcx
    jbe     .Lvector
.Lbyte:
    cmp     rax, rsi
    jae     .Lend
    cmp     byte ptr [rdi+rax], dl
    je      .Lend
    inc     rax
    jmp     .Lbyte
.Lhit:
    bsf     r8d, r8d
    add     rax, r8
.Lend:
    ret
