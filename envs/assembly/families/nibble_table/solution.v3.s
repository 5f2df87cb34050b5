# A shuffle looks 32 bytes up; fewer go byte by byte.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    xor     eax, eax
    lea     r9, [rdx-32]
    cmp     rdx, 32
    jb      .Ltail
    vbroadcasti128 ymm0, [rcx]
    mov     r8d, 15
    vmovd   xmm1, r8d
    vpbroadcastb ymm1, xmm1
.Lvector:
    vmovdqu ymm2, [rsi+rax]
    @{shift_wide}
    vpand   ymm2, ymm2, ymm1
    vpshufb ymm2, ymm0, ymm2
    vmovdqu [rdi+rax], ymm2
    add     rax, 32
    cmp     rax, r9
    jb      .Lvector
    vmovdqu ymm2, [rsi+r9]              # the last 32, some of them again
    @{shift_wide}
    vpand   ymm2, ymm2, ymm1
    vpshufb ymm2, ymm0, ymm2
    vmovdqu [rdi+r9], ymm2
    vzeroupper
    ret
.Ltail:
    cmp     rax, rdx
    jae     .Lend
    mov     r8b, [rsi+rax]
    @{shift_one}
    and     r8d, 15
    mov     r8b, [rcx+r8]
    mov     [rdi+rax], r8b
    inc     rax
    jmp     .Ltail
.Lend:
    ret
