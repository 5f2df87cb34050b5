# Four vectors at a time; at the end the last four once more, as a number may count twice here. Fewer go one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    shl     rsi, @{shift}
    xor     eax, eax
    vmovs@{suffix} xmm0, [rdi]
    mov     rcx, rsi
    sub     rcx, 128
    jb      .Lone
    vmovup@{suffix} ymm0, [rdi]
    vmovup@{suffix} ymm1, [rdi+32]
    vmovup@{suffix} ymm2, [rdi+64]
    vmovup@{suffix} ymm3, [rdi+96]
.Lfour:
    @{pick}@{suffix} ymm0, ymm0, [rdi+rax]
    @{pick}@{suffix} ymm1, ymm1, [rdi+rax+32]
    @{pick}@{suffix} ymm2, ymm2, [rdi+rax+64]
    @{pick}@{suffix} ymm3, ymm3, [rdi+rax+96]
    add     rax, 128
    cmp     rax, rcx
    jb      .Lfour
    @{pick}@{suffix} ymm0, ymm0, [rdi+rcx]
    @{pick}@{suffix} ymm1, ymm1, [rdi+rcx+32]
    @{pick}@{suffix} ymm2, ymm2, [rdi+rcx+64]
    @{pick}@{suffix} ymm3, ymm3, [rdi+rcx+96]
    @{pick}@{suffix} ymm0, ymm0, ymm1
    @{pick}@{suffix} ymm2, ymm2, ymm3
    @{pick}@{suffix} ymm0, ymm0, ymm2
    vextractf128 xmm1, ymm0, 1
    @{pick}@{suffix} xmm0, xmm0, xmm1
    vpermilpd xmm1, xmm0, 1
    @{pick}@{suffix} xmm0, xmm0, xmm1
    @{last}
    vzeroupper
    ret
.Lone:
    @{one}@{suffix} xmm0, xmm0, [rdi+rax]
    add     rax, @{bytes}
    cmp     rax, rsi
    jb      .Lone
    ret
