# Eight bytes an instruction, the rest one by one.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    @{invert_start}
    mov     eax, edx
    mov     rcx, rsi
    shr     rcx, 3
    jz      .Lrest
.Leight:
    crc32   rax, qword ptr [rdi]
    add     rdi, 8
    dec     rcx
    jnz     .Leight
.Lrest:
    and     esi, 7
    jz      .Lend
.Lone:
    crc32   eax, byte ptr [rdi]
    inc     rdi
    dec     esi
    jnz     .Lone
.Lend:
    @{invert_end}
    ret
