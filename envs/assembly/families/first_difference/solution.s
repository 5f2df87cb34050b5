# Compares 64 bytes of each array at a time, at the end the last 64 once more; fewer go byte by byte. The place of the
# byte that differs tells the element.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    xor     eax, eax
    @{scale}
    sub     rdx, 64
    jb      .Lshort
.Lvector:
    vmovdqu ymm0, [rdi+rax]
    vmovdqu ymm1, [rdi+rax+32]
    vpcmpeq@{lane} ymm0, ymm0, [rsi+rax]
    vpcmpeq@{lane} ymm1, ymm1, [rsi+rax+32]
    vpand   ymm2, ymm0, ymm1
    vpmovmskb ecx, ymm2
    inc     ecx
    jnz     .Lhit
    add     rax, 64
    cmp     rax, rdx
    jb      .Lvector
    mov     rax, rdx
    vmovdqu ymm0, [rdi+rax]
    vmovdqu ymm1, [rdi+rax+32]
    vpcmpeq@{lane} ymm0, ymm0, [rsi+rax]
    vpcmpeq@{lane} ymm1, ymm1, [rsi+rax+32]
.Lhit:
    vpmovmskb ecx, ymm0
    vpmovmskb edx, ymm1
    shl     rdx, 32
    or      rcx, rdx
    not     rcx
    tzcnt   rcx, rcx                    # 64 where all are equal
    add     rax, rcx
    @{unscale}
    vzeroupper
    ret
.Lshort:
    add     rdx, 64
    jz      .Lend
.Lbyte:
    mov     cl, byte ptr [rdi+rax]
    cmp     cl, byte ptr [rsi+rax]
    jne     .Lend
    inc     rax
    dec     rdx
    jnz     .Lbyte
.Lend:
    @{unscale}
    ret
