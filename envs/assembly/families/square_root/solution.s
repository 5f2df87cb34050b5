# A double holds every 32-bit number, and its square root is rounded correctly.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    xor     eax, eax
    test    rdx, rdx
    jz      .Lend
.Lnumber:
    mov     r8d, [rsi+rax*4]
    cvtsi2sd xmm0, r8
    sqrtsd  xmm0, xmm0
    roundsd xmm0, xmm0, @{mode}
    cvtsd2si r8, xmm0
    mov     [rdi+rax*4], r8d
    inc     rax
    cmp     rax, rdx
    jne     .Lnumber
.Lend:
    ret
