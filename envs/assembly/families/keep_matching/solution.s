# Every number is stored; the place moves on only where it is to be kept.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    xor     eax, eax
    test    rdx, rdx
    jz      .Lend
    lea     rsi, [rsi+rdx*4]
    neg     rdx
.Lnumber:
    mov     r8d, [rsi+rdx*4]
    xor     r9d, r9d
    mov     [rdi+rax*4], r8d
    cmp     r8d, ecx
    set@{condition} r9b
    add     rax, r9
    inc     rdx
    jnz     .Lnumber
.Lend:
    ret
