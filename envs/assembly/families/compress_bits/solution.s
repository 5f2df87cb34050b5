# One instruction a word.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    xor     eax, eax
    test    rdx, rdx
    jz      .Lend
.Lword:
    mov     r8, [rsi+rax*8]
    @{instruction} r8, r8, rcx
    mov     [rdi+rax*8], r8
    inc     rax
    cmp     rax, rdx
    jne     .Lword
.Lend:
    ret
