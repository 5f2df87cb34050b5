/* The program around a candidate's function: it calls the function and writes down what came of it.
 *
 * It is linked with the function and nothing else: no C library, no writable data, no expected value. Before the
 * function runs for the first time, the process gives up every system call but read, write and exit. Two modes:
 *
 *   check FILE MILLISECONDS   plays the cases of FILE (see `calls.py`), every buffer against a guard page, and prints
 *                             one line a case; a fault is a line that says where
 *   time FILE                 maps FILE (see `referee.py`) as its only writable memory, and plays all its calls
 *                             whenever eight bytes arrive; whoever sends them reads this process's clock
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

enum { READ = 0, WRITE = 1, OPEN = 2, MMAP = 9, MPROTECT = 10, MUNMAP = 11, SIGACTION = 13, SETITIMER = 38, EXIT = 60,
       SIGALTSTACK = 131, PRCTL = 157, EXIT_GROUP = 231 };

#define CONTEXT 0x100000000000
#define SLOTS 0x110000000000
#define SHARED 0x200000000000
#define SLOT_STRIDE 0x100000000
#define GUARD 0x100000
#define PAGE 4096
#define STACK_BYTES (64 << 10)
#define MOST_BUFFERS 6
#define FRAME_BYTES 256
#define PATTERN 0xA5
#define OUT_BYTES (1 << 16)

struct buffer { u32 reg, size, align, flags; };
enum { WRITABLE = 1, FRONT = 2 };
struct one_case { u64 general[6], floating[4]; u32 buffers, bytes; struct buffer buffer[MOST_BUFFERS]; };
struct header { u32 magic, cases; u64 slot_bytes[MOST_BUFFERS]; };

/* The layout is known to the assembly below. */
struct context {
    u64 general[6], floating[4], function, stack_top, saved_rsp;
    u64 rax, xmm0, rsp, kept[6], flags;
    u32 mxcsr, control, environment[8];
    u64 filled, current, buffers;
    struct { u64 start, size; } placed[MOST_BUFFERS];
    u8 out[OUT_BYTES];
};
#define context ((struct context *)CONTEXT)

void ecot_function(void);
void ecot_call(void);
void ecot_loop(void) __attribute__((noreturn));

static inline long call6(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#define call(number, a, b, c) call6(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)

static void __attribute__((noreturn)) end(int code)
{
    call(EXIT_GROUP, code, 0, 0);
    __builtin_unreachable();
}

static void fail(const char *why)
{
    u64 length = 0;
    while (why[length])
        length++;
    call(WRITE, 2, why, length);
    end(70);
}

static void flush(void)
{
    u64 done = 0;
    while (done < context->filled) {
        long wrote = call(WRITE, 1, context->out + done, context->filled - done);
        if (wrote <= 0)
            end(71);
        done += wrote;
    }
    context->filled = 0;
}

static void put(u8 byte)
{
    if (context->filled == OUT_BYTES)
        flush();
    context->out[context->filled++] = byte;
}

static u8 digit(u64 value) { return value < 10 ? '0' + value : 'a' + value - 10; }

static void put_bytes(const u8 *data, u64 size)
{
    for (u64 index = 0; index < size; index++) {
        put(digit(data[index] >> 4));
        put(digit(data[index] & 15));
    }
}

static void put_number(u64 value)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        put(digit(value >> shift & 15));
    put(' ');
}

static void *map(u64 where, u64 size, int protection, int flags, int file)
{
    long got = call6(MMAP, where, size, protection, flags | (where ? 0x100000 /* FIXED_NOREPLACE */ : 0), file, 0);
    if (got < 0 && got > -4096)
        fail("the runner cannot map memory");
    return (void *)got;
}

static long opened(const char *path, int flags)
{
    long file = call(OPEN, path, flags, 0);
    if (file < 0)
        fail("the runner cannot open its file");
    return file;
}

/* From here on: read, write, exit. Whatever else is called ends the process. */
static void give_up_calls(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, READ, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WRITE, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, EXIT, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, EXIT_GROUP, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    call(PRCTL, 4 /* SET_DUMPABLE */, 0, 0);
    call(PRCTL, 38 /* SET_NO_NEW_PRIVS */, 1, 0);
    if (call(PRCTL, 22 /* SET_SECCOMP */, 2 /* FILTER */, &filter) != 0)
        fail("the runner cannot give up system calls");
}

/* A line `F signal code case rip buffer offset`: buffer is 16 where the address is near none, 17 for the stack. */
static void fault(int number, long *information, long *machine)
{
    u64 address = information[2], place = 16, offset = address, nearest = GUARD;
    u64 stack = context->stack_top + FRAME_BYTES;
    for (u64 index = 0; index < context->buffers; index++) {
        u64 start = context->placed[index].start, stop = start + context->placed[index].size;
        u64 distance = address < start ? start - address : address >= stop ? address - stop : 0;
        if (distance < nearest) {
            nearest = distance;
            place = index;
            offset = address - start;
        }
    }
    if (address >= stack - STACK_BYTES - GUARD && address < stack + GUARD) {
        place = 17;
        offset = address - context->stack_top;
    }
    put('F');
    put(' ');
    put_number(number);
    put_number(((int *)information)[2]);
    put_number(context->current);
    put_number(machine[21]);
    put_number(place);
    put_number(offset);
    put('\n');
    flush();
    end(0);
}

static void catch_faults(u64 milliseconds)
{
    static const u8 numbers[] = {4 /* ILL */, 5 /* TRAP */, 7 /* BUS */, 8 /* FPE */, 11 /* SEGV */, 26 /* VTALRM */};
    struct { void *handler; u64 flags; void *restorer; u64 mask; } action = {fault, 0x4C000004, fault, 0};
    struct { void *start; int flags; u64 size; } stack = {map(0, 65536, 3, 0x22, -1), 0, 65536};
    u64 timer[4] = {0, 0, milliseconds / 1000, milliseconds % 1000 * 1000};
    call(SIGALTSTACK, &stack, 0, 0);
    for (u64 index = 0; index < sizeof numbers; index++)
        call6(SIGACTION, numbers[index], (long)&action, 0, 8, 0, 0);
    call(SETITIMER, 1 /* VIRTUAL */, timer, 0);
}

static u64 rounded(u64 value, u64 step) { return (value + step - 1) / step * step; }

/* Copies a buffer into its slot, at the end or at the front of it, and fills the rest with the pattern. */
static u64 place(u64 index, const struct buffer *buffer, const u8 *data, u64 slot_bytes)
{
    u64 front = SLOTS + index * SLOT_STRIDE + GUARD;
    u64 start = buffer->flags & FRONT ? front : (front + slot_bytes - buffer->size) / buffer->align * buffer->align;
    u8 *slot = (u8 *)front;
    for (u64 at = 0; at < slot_bytes; at++)
        slot[at] = PATTERN;
    for (u64 at = 0; at < buffer->size; at++)
        ((u8 *)start)[at] = data[at];
    context->placed[index].start = start;
    context->placed[index].size = buffer->size;
    return start;
}

static u64 only_pattern(u64 from, u64 to)
{
    for (; from < to; from++)
        if (*(u8 *)from != PATTERN)
            return 0;
    return 1;
}

static u64 findings(const struct one_case *one, const u8 *data, const u64 *slot_bytes)
{
    u64 found = 0;
    for (u64 index = 0; index < 6; index++)
        found |= (u64)(context->kept[index] != 0x5EED000000000000 + index) << index;
    found |= (u64)(context->rsp != context->stack_top) << 6;
    found |= (u64)(context->flags >> 10 & 1) << 7;
    found |= (u64)((context->mxcsr & 0xFFC0) != 0x1F80) << 8;
    found |= (u64)((context->control & 0xFFFF) != 0x37F) << 9;
    found |= (u64)((context->environment[2] & 0xFFFF) != 0xFFFF) << 10;
    found |= (u64)!only_pattern(context->stack_top, context->stack_top + FRAME_BYTES) << 12;
    for (u64 index = 0; index < one->buffers; index++) {
        const struct buffer *buffer = &one->buffer[index];
        u64 start = context->placed[index].start, front = SLOTS + index * SLOT_STRIDE + GUARD;
        if (!only_pattern(front, start))
            found |= 1ull << (16 + index);
        if (!only_pattern(start + buffer->size, front + slot_bytes[index]))
            found |= 1ull << (24 + index);
        if (!(buffer->flags & WRITABLE))
            for (u64 at = 0; at < buffer->size; at++)
                if (((u8 *)start)[at] != data[at])
                    found |= 1ull << (32 + index);
        data += rounded(buffer->size, 8);
    }
    return found;
}

static const u8 *play(const struct one_case *one, const u64 *slot_bytes)
{
    const u8 *all = (const u8 *)(one + 1), *data = all;
    for (int index = 0; index < 6; index++)
        context->general[index] = one->general[index];
    for (int index = 0; index < 4; index++)
        context->floating[index] = one->floating[index];
    context->buffers = one->buffers;
    for (u64 index = 0; index < one->buffers; index++) {
        context->general[one->buffer[index].reg] = place(index, &one->buffer[index], data, slot_bytes[index]);
        data += rounded(one->buffer[index].size, 8);
    }
    for (u64 at = 0; at < FRAME_BYTES; at++)
        ((u8 *)context->stack_top)[at] = PATTERN;
    ecot_call();
    put_number(context->rax);
    put_number(context->xmm0);
    put_number(findings(one, all, slot_bytes));
    for (u64 index = 0; index < one->buffers; index++) {
        if (one->buffer[index].flags & WRITABLE) {
            put_bytes((u8 *)context->placed[index].start, one->buffer[index].size);
            put(' ');
        }
    }
    put('\n');
    return data;
}

static void check(const char *path, u64 milliseconds)
{
    const struct header *header = map(0, 64 << 20, 1, 2, opened(path, 0));
    map(CONTEXT, rounded(sizeof *context, PAGE), 3, 0x22, -1);
    for (u64 index = 0; index < MOST_BUFFERS; index++)
        if (header->slot_bytes[index])
            map(SLOTS + index * SLOT_STRIDE + GUARD, header->slot_bytes[index], 3, 0x22, -1);
    context->function = (u64)ecot_function;
    context->stack_top = SLOTS + MOST_BUFFERS * SLOT_STRIDE + STACK_BYTES - FRAME_BYTES;
    map(SLOTS + MOST_BUFFERS * SLOT_STRIDE, STACK_BYTES, 3, 0x22, -1);
    catch_faults(milliseconds);
    give_up_calls();
    const u8 *next = (const u8 *)(header + 1);
    for (; context->current < header->cases; context->current++)
        next = play((const struct one_case *)next, header->slot_bytes);
    put('E');
    put('\n');
    flush();
    end(0);
}

static void time(const char *path)
{
    long file = opened(path, 2);
    const u64 *first = map(0, PAGE, 1, 1, file);
    map(SHARED, first[0], 3, 1 /* SHARED */, file);
    call(MUNMAP, first, PAGE, 0);
    give_up_calls();
    ecot_loop();
}

void ecot_main(u64 *stack)
{
    const char **arguments = (const char **)(stack + 1);
    if (stack[0] == 4) {
        u64 milliseconds = 0;
        for (const char *at = arguments[3]; *at; at++)
            milliseconds = milliseconds * 10 + (*at - '0');
        check(arguments[2], milliseconds);
    } else {
        time(arguments[2]);
    }
}

/* At the end: what compilers call of their own accord. A misaligned stack ends in a trap, as a real library would crash. */
__asm__(
    ".text\n"
    ".globl ecot_start\n"
    "ecot_start:\n"
    "  mov %rsp, %rdi\n"
    "  and $-16, %rsp\n"
    "  call ecot_main\n"
    "  hlt\n"

    "ecot_call:\n"
    "  push %rbx\n  push %rbp\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
    "  movabs $0x100000000000, %r11\n"
    "  mov %rsp, 96(%r11)\n"
    "  mov 88(%r11), %rsp\n"
    "  mov (%r11), %rdi\n  mov 8(%r11), %rsi\n  mov 16(%r11), %rdx\n"
    "  mov 24(%r11), %rcx\n  mov 32(%r11), %r8\n  mov 40(%r11), %r9\n"
    "  vpbroadcastq 40(%r11), %ymm0\n  vpbroadcastq 48(%r11), %ymm1\n"
    "  vpcmpeqd %ymm2, %ymm2, %ymm2\n  vpcmpeqd %ymm3, %ymm3, %ymm3\n"
    "  movsd 48(%r11), %xmm0\n  movsd 56(%r11), %xmm1\n  movsd 64(%r11), %xmm2\n  movsd 72(%r11), %xmm3\n"
    /* Flags are whatever they are: all set in every other call, none in the others. */
    "  mov 232(%r11), %eax\n  and $1, %eax\n  neg %eax\n  and $0xD500, %eax\n  sahf\n"
    "  mov 80(%r11), %rax\n"
    "  movabs $0x5EED000000000000, %rbx\n"
    "  lea 1(%rbx), %rbp\n  lea 2(%rbx), %r12\n  lea 3(%rbx), %r13\n  lea 4(%rbx), %r14\n  lea 5(%rbx), %r15\n"
    "  mov %rbx, %r10\n  mov %rbx, %r11\n"
    "  vmovq %rbx, %xmm4\n  vpbroadcastq %xmm4, %ymm4\n  vmovdqa %ymm4, %ymm5\n  vmovdqa %ymm4, %ymm6\n"
    "  vmovdqa %ymm4, %ymm7\n  vmovdqa %ymm4, %ymm8\n  vmovdqa %ymm4, %ymm9\n  vmovdqa %ymm4, %ymm10\n"
    "  vmovdqa %ymm4, %ymm11\n  vmovdqa %ymm4, %ymm12\n  vmovdqa %ymm4, %ymm13\n  vmovdqa %ymm4, %ymm14\n"
    "  vmovdqa %ymm4, %ymm15\n"
    "  call *%rax\n"
    "  movabs %rax, 0x100000000068\n"
    "  movabs $0x100000000000, %rax\n"
    "  mov %rsp, 120(%rax)\n"
    "  mov 96(%rax), %rsp\n"
    "  pushf\n  pop %rcx\n  mov %rcx, 176(%rax)\n"
    "  cld\n"
    "  movsd %xmm0, 112(%rax)\n"
    "  mov %rbx, 128(%rax)\n  mov %rbp, 136(%rax)\n  mov %r12, 144(%rax)\n"
    "  mov %r13, 152(%rax)\n  mov %r14, 160(%rax)\n  mov %r15, 168(%rax)\n"
    "  stmxcsr 184(%rax)\n"
    "  fnstcw 188(%rax)\n  fnstenv 192(%rax)\n  fninit\n"
    "  movl $0x1F80, -8(%rsp)\n  ldmxcsr -8(%rsp)\n"
    "  vzeroupper\n"
    "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbp\n  pop %rbx\n"
    "  ret\n"

    /* The file: size, calls, offset of the calls, offset of the top of the stack, one word for messages. All state is
     * in registers, so that whoever sends the messages may wipe the stack between them. */
    "ecot_loop:\n"
    "  movabs $0x200000000000, %rbx\n"
    "  mov 24(%rbx), %rsp\n  add %rbx, %rsp\n"
    "  mov $ecot_function, %r14\n"
    "1: xor %eax, %eax\n  xor %edi, %edi\n  lea 32(%rbx), %rsi\n  mov $8, %edx\n  syscall\n"
    "  cmp $8, %rax\n  jne 3f\n"
    "  mov 8(%rbx), %r13\n  mov 16(%rbx), %r12\n  add %rbx, %r12\n"
    "  vzeroall\n"
    "  .p2align 6\n"
    "2: mov (%r12), %rdi\n  mov 8(%r12), %rsi\n  mov 16(%r12), %rdx\n"
    "  mov 24(%r12), %rcx\n  mov 32(%r12), %r8\n  mov 40(%r12), %r9\n"
    "  movsd 48(%r12), %xmm0\n  movsd 56(%r12), %xmm1\n  movsd 64(%r12), %xmm2\n  movsd 72(%r12), %xmm3\n"
    "  call *%r14\n"
    "  mov %rax, 80(%r12)\n  movsd %xmm0, 88(%r12)\n"
    "  vzeroupper\n"
    "  sub $-128, %r12\n"
    "  dec %r13\n  jnz 2b\n"
    "  mov $1, %eax\n  mov $1, %edi\n  lea 32(%rbx), %rsi\n  mov $8, %edx\n  syscall\n"
    "  cmp $8, %rax\n  je 1b\n"
    "3: mov $231, %eax\n  xor %edi, %edi\n  syscall\n"

    ".macro aligned\n  mov %esp, %eax\n  and $15, %eax\n  cmp $8, %eax\n  je 9f\n  ud2\n9:\n.endm\n"
    ".weak memcpy, memmove, memset, memcmp\n"
    "memcpy: aligned\n  mov %rdi, %rax\n  mov %rdx, %rcx\n  rep movsb\n  ret\n"
    "memset: aligned\n  mov %rdi, %r8\n  mov %esi, %eax\n  mov %rdx, %rcx\n  rep stosb\n  mov %r8, %rax\n  ret\n"
    "memmove: aligned\n  mov %rdi, %rax\n  mov %rdx, %rcx\n  cmp %rsi, %rdi\n  ja 1f\n  rep movsb\n  ret\n"
    "1: lea -1(%rdi,%rdx), %rdi\n  lea -1(%rsi,%rdx), %rsi\n  std\n  rep movsb\n  cld\n  ret\n"
    "memcmp: aligned\n  xor %eax, %eax\n  mov %rdx, %rcx\n  cmp %rcx, %rcx\n  repe cmpsb\n  je 1f\n"
    "  movzbl -1(%rdi), %eax\n  movzbl -1(%rsi), %ecx\n  sub %ecx, %eax\n1: ret\n"
    ".text\n");
