# Compares 64 bytes at a time, then 32; what is left is searched byte by byte.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    xor     eax, eax
    mov     edx, @{byte}
    vmovd   xmm0, edx
    vpbroadcastb ymm0, xmm0
    lea     rcx, [rsi-64]
    cmp     rsi, 64
    jb      .Lhalf
.Lwhole:
    vpcmpeqb ymm1, ymm0, [rdi+rax]
    vpcmpeqb ymm2, ymm0, [rdi+rax+32]
    vpor    ymm3, ymm1, ymm2
    vptest  ymm3, ymm3
    jnz     .Lhit
    add     rax, 64
    cmp     rax, rcx
    jbe     .Lwhole
.Lhalf:
    lea     rcx, [rax+32]
    cmp     rcx, rsi
    ja      .Ltail
    vpcmpeqb ymm1, ymm0, [rdi+rax]
    vpmovmskb r8d, ymm1
    test    r8d, r8d
    jnz     .Lplace
    mov     rax, rcx
    jmp     .Ltail
.Lhit:
    vpmovmskb r8d, ymm1
    vpmovmskb r9d, ymm2
    shl     r9, 32
    or      r8, r9
.Lplace:
    tzcnt   r8, r8
    add     rax, r8
    vzeroupper
    ret
.Ltail:
    vzeroupper
.Lbyte:
    cmp     rax, rsi
    jae     .Lend
    cmp     byte ptr [rdi+rax], dl
    je      .Lend
    inc     rax
    jmp     .Lbyte
.Lend:
    ret
