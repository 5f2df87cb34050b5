# Digits become pairs, pairs become fours, fours become the number: four numbers a step, the rest one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    movdqa  xmm4, [rip+.Lzeros]
    movdqa  xmm5, [rip+.Lones]
    movdqa  xmm6, [rip+.Lhundreds]
    movdqa  xmm7, [rip+.Lmyriads]
    mov     rcx, rdx
    shr     rcx, 2
    jz      .Lrest
.Lfour:
    movdqu  xmm0, [rsi]
    movdqu  xmm1, [rsi+16]
    add     rsi, 32
    psubb   xmm0, xmm4
    psubb   xmm1, xmm4
    pmaddubsw xmm0, xmm5
    pmaddubsw xmm1, xmm5
    pmaddwd xmm0, xmm6
    pmaddwd xmm1, xmm6
    packusdw xmm0, xmm1
    pmaddwd xmm0, xmm7
    movdqu  [rdi], xmm0
    add     rdi, 16
    dec     rcx
    jnz     .Lfour
.Lrest:
    and     edx, 3
    jz      .Lend
.Lone:
    movq    xmm0, qword ptr [rsi]
    add     rsi, 8
    psubb   xmm0, xmm4
    pmaddubsw xmm0, xmm5
    pmaddwd xmm0, xmm6
    packusdw xmm0, xmm0
    pmaddwd xmm0, xmm7
    movd    [rdi], xmm0
    add     rdi, 4
    dec     edx
    jnz     .Lone
.Lend:
    ret
    .section .rodata
    .p2align 4
.Lzeros:
    .fill   16, 1, 48
.Lones:
    .rept   8
    .byte   @{ones}
    .endr
.Lhundreds:
    .rept   4
    .short  @{hundreds}
    .endr
.Lmyriads:
    .rept   4
    .short  @{myriads}
    .endr
