# Saturating vector arithmetic; less than a vector goes one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 5
@{top}:
    @{scale}
    xor     eax, eax
    lea     r9, [rcx-32]
    cmp     rcx, 32
    jb      .Ltail
.Lvector:
    vmovdqu ymm0, [rsi+rax]
    @{opcode} ymm0, ymm0, [rdx+rax]
    vmovdqu [rdi+rax], ymm0
    add     rax, 32
    cmp     rax, r9
    jb      .Lvector
    vmovdqu ymm0, [rsi+r9]              # the last 32 bytes, some of them again
    @{opcode} ymm0, ymm0, [rdx+r9]
    vmovdqu [rdi+r9], ymm0
    vzeroupper
    ret
.Ltail:
    cmp     rax, rcx
    jae     .Lend
    @{extend} r8d, @{size_word} ptr [rsi+rax]
    @{extend} r10d, @{size_word} ptr [rdx+rax]
    @{instruction} r8d, r10d
@{upper}
@{lower}
    mov     [rdi+rax], @{low_register}
    add     rax, 1 << @{shift}
    jmp     .Ltail
.Lend:
    ret
