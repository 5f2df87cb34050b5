# A mask of 32 bytes a step; a word begins where a one follows a zero. The rest goes one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    xor     eax, eax
    xor     edx, edx                    # whether the last byte was inside of a word
    mov     rcx, rsi
    shr     rcx, 5
    jz      .Lrest
    mov     r8d, @{first}
    vmovd   xmm0, r8d
    vpbroadcastb ymm0, xmm0
.Lvector:
    vmovdqu ymm1, [rdi]
    add     rdi, 32
    vpminub ymm2, ymm1, ymm0
    vpcmpeqb ymm2, ymm2, ymm0           # not less than the first letter
    vpmovmskb r8d, ymm2
    lea     r9, [r8+r8]
    or      r9, rdx                     # the byte before each
    mov     rdx, r8
    shr     rdx, 31
    andn    r9d, r9d, r8d
    popcnt  r9d, r9d
    add     rax, r9
    dec     rcx
    jnz     .Lvector
    vzeroupper
.Lrest:
    and     esi, 31
    jz      .Lend
.Lbyte:
    xor     r8d, r8d
    cmp     byte ptr [rdi], @{blank}
    seta    r8b
    andn    r9d, edx, r8d
    add     rax, r9
    mov     edx, r8d
    inc     rdi
    dec     esi
    jnz     .Lbyte
.Lend:
    ret
