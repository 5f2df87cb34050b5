# Compares 64 bytes at a time; at the end the last 64 once more. Fewer are searched byte by byte.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    xor     eax, eax
    mov     edx, @{byte}
    sub     rsi, 64
    jb      .Lshort
    vmovd   xmm0, edx
    vpbroadcastb ymm0, xmm0
.Lvector:
    vpcmpeqb ymm1, ymm0, [rdi+rax]
    vpcmpeqb ymm2, ymm0, [rdi+rax+32]
    vpor    ymm3, ymm1, ymm2
    vptest  ymm3, ymm3
    jnz     .Lhit
    add     rax, 64
    cmp     rax, rsi
    jb      .Lvector
    mov     rax, rsi
    vpcmpeqb ymm1, ymm0, [rdi+rax]
    vpcmpeqb ymm2, ymm0, [rdi+rax+32]
.Lhit:
    vpmovmskb ecx, ymm1
    vpmovmskb edx, ymm2
    shl     rdx, 32
    or      rcx, rdx
    tzcnt   rcx, rcx                    # 64 where there is none
    add     rax, rcx
    vzeroupper
    ret
.Lshort:
    add     rsi, 64
    jz      .Lend
.Lbyte:
    cmp     byte ptr [rdi+rax], dl
    je      .Lend
    inc     rax
    dec     rsi
    jnz     .Lbyte
.Lend:
    ret
