# Four quotients at a time as doubles: their 53 bits tell any two quotients of 31-bit numbers from a whole one. At the end
# the last four once more; fewer are divided one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    mov     r9, rdx
    xor     r8d, r8d
    sub     r9, 4
    jb      .Lshort
    vmovd   xmm1, ecx
    vpbroadcastd xmm1, xmm1
    vcvtdq2pd ymm0, xmm1
.Lfour:
    vmovdqu xmm2, [rsi+r8*4]
    vcvtdq2pd ymm3, xmm2
    vdivpd  ymm3, ymm3, ymm0
    vcvttpd2dq xmm3, ymm3
    @{back}
    vmovdqu [rdi+r8*4], xmm3
    add     r8, 4
    cmp     r8, r9
    jb      .Lfour
    vmovdqu xmm2, [rsi+r9*4]
    vcvtdq2pd ymm3, xmm2
    vdivpd  ymm3, ymm3, ymm0
    vcvttpd2dq xmm3, ymm3
    @{back}
    vmovdqu [rdi+r9*4], xmm3
    vzeroupper
    ret
.Lshort:
    mov     r10, rdx
    test    r10, r10
    jz      .Lend
.Lone:
    mov     eax, [rsi+r8*4]
    xor     edx, edx
    div     ecx
    mov     [rdi+r8*4], @{register}
    inc     r8
    cmp     r8, r10
    jne     .Lone
.Lend:
    ret
