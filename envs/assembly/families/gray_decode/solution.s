# Shifts that double, a vector at a time and at the end the last vector once more; fewer go one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    xor     eax, eax
    mov     rcx, rdx
    sub     rcx, @{lanes}
    jb      .Lshort
.Lvector:
    vmovdqu ymm0, [rsi+rax*@{bytes}]
@{vector}
    vmovdqu [rdi+rax*@{bytes}], ymm0
    add     rax, @{lanes}
    cmp     rax, rcx
    jb      .Lvector
    vmovdqu ymm0, [rsi+rcx*@{bytes}]
@{vector}
    vmovdqu [rdi+rcx*@{bytes}], ymm0
    vzeroupper
    ret
.Lshort:
    test    rdx, rdx
    jz      .Lend
.Lone:
    mov     @{word}, [rsi+rax*@{bytes}]
@{one}
    mov     [rdi+rax*@{bytes}], @{word}
    inc     rax
    cmp     rax, rdx
    jne     .Lone
.Lend:
    ret
