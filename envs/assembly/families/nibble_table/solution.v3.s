# A shuffle looks 32 bytes up; the rest goes byte by byte.
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
    vpsrlw  ymm2, ymm2, @{move}
    vpand   ymm2, ymm2, ymm1
    vpshufb ymm2, ymm0, ymm2
    vmovdqu [rdi+rax], ymm2
    add     rax, 32
    cmp     rax, r9
    jbe     .Lvector
    vzeroupper
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
