# Compares 32 bytes at a time; a byte of the sum holds 255 hits before it is widened.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    mov     edx, @{byte}
    vmovd   xmm0, edx
    vpbroadcastb ymm0, xmm0             # the byte that is wanted, everywhere
    vpxor   xmm1, xmm1, xmm1            # zero
    vpxor   xmm4, xmm4, xmm4            # four sums of 64 bits
.Lchunk:
    mov     rcx, rsi
    mov     r8d, 255
    shr     rcx, 5                      # vectors that are left
    jz      .Lfold
    cmp     rcx, r8
    cmova   rcx, r8
    mov     r9, rcx
    shl     r9, 5
    sub     rsi, r9
    vpxor   xmm2, xmm2, xmm2            # 32 counters of eight bits
.Lvector:
    vpcmpeqb ymm3, ymm0, [rdi]
    vpsubb  ymm2, ymm2, ymm3
    add     rdi, 32
    dec     rcx
    jnz     .Lvector
    vpsadbw ymm2, ymm2, ymm1
    vpaddq  ymm4, ymm4, ymm2
    jmp     .Lchunk
.Lfold:
    vextracti128 xmm2, ymm4, 1
    vpaddq  xmm4, xmm4, xmm2
    vpsrldq xmm2, xmm4, 8
    vpaddq  xmm4, xmm4, xmm2
    vmovq   rax, xmm4
    vzeroupper
    test    rsi, rsi
    jz      .Ldone
    xor     ecx, ecx
.Ltail:
    cmp     byte ptr [rdi], dl
    sete    cl
    add     rax, rcx
    inc     rdi
    dec     rsi
    jnz     .Ltail
.Ldone:
    ret
