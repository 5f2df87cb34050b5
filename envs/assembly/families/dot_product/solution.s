# Four sums of a vector each; the rest goes one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    shl     rdx, @{shift}
    xor     eax, eax
    vxorps  xmm0, xmm0, xmm0
    mov     rcx, rdx
    shr     rcx, 7
    jz      .Lrest
    vxorps  xmm1, xmm1, xmm1
    vxorps  xmm2, xmm2, xmm2
    vxorps  xmm3, xmm3, xmm3
.Lfour:
    vmovup@{suffix} ymm4, [rdi+rax]
    vmovup@{suffix} ymm5, [rdi+rax+32]
    vmovup@{suffix} ymm6, [rdi+rax+64]
    vmovup@{suffix} ymm7, [rdi+rax+96]
@{vectors}
    sub     rax, -128
    dec     rcx
    jnz     .Lfour
    vaddp@{suffix} ymm0, ymm0, ymm1
    vaddp@{suffix} ymm2, ymm2, ymm3
    vaddp@{suffix} ymm0, ymm0, ymm2
    vextractf128 xmm1, ymm0, 1
    vaddp@{suffix} xmm0, xmm0, xmm1
    vpermilpd xmm1, xmm0, 1
    vaddp@{suffix} xmm0, xmm0, xmm1
@{last}
    vzeroupper
.Lrest:
    mov     rax, rdx
    and     rax, -128                   # what the vectors did
.Lone:
    cmp     rax, rdx
    jae     .Lend
    vmovs@{suffix} xmm4, [rdi+rax]
@{one}
    add     rax, @{bytes}
    jmp     .Lone
.Lend:
    ret
