# Compares 16 bytes at a time; a byte of the sum holds 255 hits before it is widened.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    mov     edx, @{byte}
    movd    xmm0, edx
    pxor    xmm1, xmm1                  # zero
    pshufb  xmm0, xmm1                  # the byte that is wanted, everywhere
    pxor    xmm4, xmm4                  # two sums of 64 bits
.Lchunk:
    mov     rcx, rsi
    shr     rcx, 4                      # vectors that are left
    jz      .Lfold
    mov     r8d, 255
    cmp     rcx, r8
    cmova   rcx, r8
    mov     r9, rcx
    shl     r9, 4
    sub     rsi, r9
    pxor    xmm2, xmm2                  # 16 counters of eight bits
.Lvector:
    movdqu  xmm3, [rdi]
    pcmpeqb xmm3, xmm0
    psubb   xmm2, xmm3
    add     rdi, 16
    dec     rcx
    jnz     .Lvector
    psadbw  xmm2, xmm1
    paddq   xmm4, xmm2
    jmp     .Lchunk
.Lfold:
    pshufd  xmm2, xmm4, 0x4E
    paddq   xmm4, xmm2
    movq    rax, xmm4
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
