# Compares 16 bytes at a time; at the end the last 16 once more. Fewer are searched byte by byte.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    xor     eax, eax
    mov     edx, @{byte}
    sub     rsi, 16
    jb      .Lshort
    movd    xmm0, edx
    pxor    xmm1, xmm1
    pshufb  xmm0, xmm1
.Lvector:
    movdqu  xmm1, [rdi+rax]
    pcmpeqb xmm1, xmm0
    pmovmskb ecx, xmm1
    test    ecx, ecx
    jnz     .Lhit
    add     rax, 16
    cmp     rax, rsi
    jb      .Lvector
    mov     rax, rsi
    movdqu  xmm1, [rdi+rax]
    pcmpeqb xmm1, xmm0
    pmovmskb ecx, xmm1
    bts     ecx, 16                     # so that there is a bit to find
.Lhit:
    bsf     ecx, ecx
    add     rax, rcx
    ret
.Lshort:
    add     rsi, 16
    jz      .Lend
.Lbyte:
    cmp     byte ptr [rdi+rax], dl
    je      .Lend
    inc     rax
    dec     rsi
    jnz     .Lbyte
.Lend:
    ret
