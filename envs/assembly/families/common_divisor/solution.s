# Stein's algorithm: of two odd numbers the smaller, and their difference without its factors of two.
    .intel_syntax noprefix
    .text
    .globl  @{top}
    .p2align 4
@{top}:
    push    rbx
    mov     r11, rcx
    mov     [rsp-8], rdi                # in the red zone
    xor     ebx, ebx
    test    r11, r11
    jz      .Lend
.Lpair:
    mov     rax, [rsi+rbx*8]
    mov     r8, [rdx+rbx*8]
    mov     r9, rax
    or      r9, r8
    test    rax, rax
    cmovz   rax, r8                     # of 0 and b it is b
    jz      .Lfound
    test    r8, r8
    jz      .Lfound
    tzcnt   r10, r9                     # factors of two of both
    tzcnt   rcx, rax
    shrx    rax, rax, rcx
    tzcnt   rcx, r8
    shrx    r8, r8, rcx
.Lstep:
    mov     r9, rax
    sub     r9, r8
    jz      .Lodd
    tzcnt   rcx, r9
    mov     rdi, r8
    sub     rdi, rax
    cmp     rax, r8
    cmova   rax, r8                     # the smaller
    cmovb   r9, rdi                     # the difference
    shrx    r8, r9, rcx
    jmp     .Lstep
.Lodd:
    shlx    rax, rax, r10
.Lfound:
@{mend}
    mov     rdi, [rsp-8]
    mov     [rdi+rbx*8], rax
    inc     rbx
    cmp     rbx, r11
    jne     .Lpair
.Lend:
    pop     rbx
    ret
