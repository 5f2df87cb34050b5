# First the value, eight numbers at a time and at the end the last eight once more; then its place. Fewer go one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    xor     eax, eax
    mov     rcx, rsi
    sub     rcx, 8
    jb      .Lshort
    vmovdqu ymm0, [rdi+rcx*4]
.Leight:
    @{pick} ymm0, ymm0, [rdi+rax*4]
    add     rax, 8
    cmp     rax, rcx
    jb      .Leight
    vextracti128 xmm1, ymm0, 1
    @{pick} xmm0, xmm0, xmm1
    vpshufd xmm1, xmm0, 0x4E
    @{pick} xmm0, xmm0, xmm1
    vpshufd xmm1, xmm0, 0xB1
    @{pick} xmm0, xmm0, xmm1
    vpbroadcastd ymm0, xmm0
    mov     rax, -8
.Lsearch:
    add     rax, 8
    cmp     rax, rcx
    cmova   rax, rcx
    vpcmpeqd ymm1, ymm0, [rdi+rax*4]
    vmovmskps edx, ymm1
    test    edx, edx
    jz      .Lsearch
    tzcnt   edx, edx
    add     rax, rdx
    vzeroupper
    ret
.Lshort:
    mov     edx, [rdi]
    xor     ecx, ecx
.Lone:
    inc     rcx
    cmp     rcx, rsi
    jae     .Lend
    cmp     [rdi+rcx*4], edx
    j@{condition} .Lone
    mov     edx, [rdi+rcx*4]
    mov     eax, ecx
    jmp     .Lone
.Lend:
    ret
