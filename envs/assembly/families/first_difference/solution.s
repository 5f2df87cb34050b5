# Works on bytes: 64 of each array at a time, then one by one; the byte that differs tells the element.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    xor     eax, eax
    shl     rdx, @{shift}
    lea     rcx, [rdx-64]
    cmp     rdx, 64
    jb      .Lbyte
.Lvector:
    vmovdqu ymm0, [rdi+rax]
    vmovdqu ymm1, [rdi+rax+32]
    vpxor   ymm0, ymm0, [rsi+rax]
    vpxor   ymm1, ymm1, [rsi+rax+32]
    vpor    ymm2, ymm0, ymm1
    vptest  ymm2, ymm2
    jnz     .Lbyte
    add     rax, 64
    cmp     rax, rcx
    jbe     .Lvector
.Lbyte:
    cmp     rax, rdx
    jae     .Lend
    movzx   r8d, byte ptr [rdi+rax]
    cmp     r8b, byte ptr [rsi+rax]
    jne     .Lend
    inc     rax
    jmp     .Lbyte
.Lend:
    shr     rax, @{shift}
    vzeroupper
    ret
