# The place of the highest bit; bit 0 is set first, as 0 has none.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    xor     eax, eax
    test    rdx, rdx
    jz      .Lend
.Lnumber:
    mov     @{word}, [rsi+rax*@{bytes}]
    or      @{word}, 1
    bsr     @{word}, @{word}
    mov     [rdi+rax], r8b
    inc     rax
    cmp     rax, rdx
    jne     .Lnumber
.Lend:
    ret
