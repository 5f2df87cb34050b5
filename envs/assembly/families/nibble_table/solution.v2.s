# A shuffle looks 16 bytes up; the rest goes byte by byte.
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
    psrlw   xmm2, @{move}
    pand    xmm2, xmm1
    movdqa  xmm3, xmm0
    pshufb  xmm3, xmm2
    movdqu  [rdi+rax], xmm3
    add     rax, 16
    cmp     rax, r9
    jbe     .Lvector
.Ltail:
    cmp     rax, rdx
    jae     .Lend
    movzx   r8d, byte ptr [rsi+rax]
    shr     r8d, @{move}
    and     r8d, 15
    movzx   r8d, byte ptr [rcx+r8]
    mov     [rdi+rax], r8b
    inc     rax
    jmp     .Ltail
.Lend:
    ret
    .section .rodata
    .p2align 4
.Lfifteen:
    .fill   16, 1, 15
