/* Counts the cycles of emulated code and answers plain register reads: what would be too slow in Python.
 *
 * Called by the emulator at every block of instructions and at every access to a peripheral. Time is a count of
 * processor cycles: one for an instruction, `refill` more for each block, since a block ends in a branch and the
 * pipeline refills. Execution stops at the end of the block in which the next event of the model falls due; a register
 * access inside of a block sees the time of its own instruction. Everything else is the business of `machine.py`.
 */
#include <stdint.h>
#include <stddef.h>

#define CACHE_BITS 16
#define REGIONS 5
#define SETS_PINS 2

typedef struct {
    uint64_t base, size;
    uint32_t *shadow; /* a word a register */
    uint8_t *fast;    /* 1 where a read has no effect and the shadow is up to date; none for an alias */
} region;

typedef struct {
    void *engine;
    int (*reg_read)(void *, int, void *);
    int (*reg_write)(void *, int, const void *);
    int (*stop)(void *);
    uint32_t (*slow_read)(uint64_t address, uint32_t size);
    void (*slow_write)(uint64_t address, uint32_t size, uint32_t value);
    uint64_t cycles;       /* at the start of the present block */
    uint64_t instructions; /* executed in all blocks before it */
    uint64_t deadline;     /* of the next event */
    uint64_t budget;       /* of work: instructions, and `access_cost` for each slow access */
    uint64_t work;
    uint64_t polls;        /* reads of `poll_address` in a row, by one instruction, without another access */
    uint32_t poll_address, poll_pc, poll_value;
    uint32_t block, count;  /* of the present block: its address, its instructions */
    uint32_t access_pc;
    uint32_t refill;
    uint32_t masked;        /* an exception waits until its mask goes: look at every block */
    uint32_t pending_priority;
    uint32_t stopping;
    uint32_t access_cost;
    uint32_t reg_pc, reg_primask, reg_basepri, reg_faultmask, reg_xpsr;
    region regions[REGIONS];
    struct { uint32_t address, size, count; } cache[1 << CACHE_BITS];
} counter;

/* Fetched through the emulator, so that code in memory counts as what it is when it runs. */
static int (*memory_read)(void *, uint64_t, void *, uint64_t);
static counter *self;

size_t counter_size(void) { return sizeof(counter); }

void counter_use(counter *which, void *reader) {
    self = which;
    memory_read = (int (*)(void *, uint64_t, void *, uint64_t))reader;
}

static uint32_t instructions_in(const uint8_t *code, uint32_t bytes) {
    uint32_t count = 0, at = 0;
    while (at + 1 < bytes) {
        /* ARMv7-M ARM, A5.1: a halfword that opens with 0b11101, 0b11110 or 0b11111 is the first of two. */
        at += (code[at + 1] >> 3) >= 0x1d ? 4 : 2;
        count++;
    }
    return count ? count : 1;
}

static uint32_t decode(uint32_t address, uint32_t bytes) {
    uint8_t code[4096];
    if (bytes > sizeof code) bytes = sizeof code;
    if (memory_read(self->engine, address, code, bytes)) return bytes / 2 ? bytes / 2 : 1;
    return instructions_in(code, bytes);
}

static uint32_t count_of(uint32_t address, uint32_t size) {
    uint32_t slot = (address >> 1) & ((1u << CACHE_BITS) - 1);
    if (self->cache[slot].address == address && self->cache[slot].size == size && address < 0x10000000)
        return self->cache[slot].count;
    uint32_t count = decode(address, size);
    self->cache[slot].address = address;
    self->cache[slot].size = size;
    self->cache[slot].count = count;
    return count;
}

/* The block before this one is done: its time has passed. */
void counter_settle(void) {
    if (!self->count) return;
    self->cycles += self->count + self->refill;
    self->instructions += self->count;
    self->work += self->count;
    self->count = 0;
}

static void look_at_masks(void) {
    uint32_t primask = 0, basepri = 0, faultmask = 0;
    self->reg_read(self->engine, self->reg_primask, &primask);
    self->reg_read(self->engine, self->reg_basepri, &basepri);
    self->reg_read(self->engine, self->reg_faultmask, &faultmask);
    if (!(primask & 1) && !(faultmask & 1) && (!basepri || self->pending_priority < basepri)) {
        self->stopping = 1;
        self->stop(self->engine);
    }
}

void counter_block(void *engine, uint64_t address, uint32_t size, void *user) {
    (void)engine; (void)user;
    counter_settle();
    self->block = (uint32_t)address;
    self->count = count_of((uint32_t)address, size);
    if (self->cycles + self->count + self->refill >= self->deadline || self->work >= self->budget) {
        self->stopping = 1;
        self->stop(self->engine);
    } else if (self->masked) {
        look_at_masks();
    }
}

/* The time of the instruction that makes an access. */
uint64_t counter_now(void) {
    uint32_t pc = self->access_pc, block = self->block;
    if (!self->count || pc < block) return self->cycles;
    return self->cycles + (pc > block ? count_of(block, pc - block) : 0);
}

#define IF_THEN_STATE 0x0600FC00u

/* Asked for the program counter within a block, Unicorn 2.1 restores the state of the instruction, the rest of an
 * IT block included, and leaves that behind: the next block would begin as if it stood in the IT block. At this point the
 * state is zero by right, as the translated code knows its conditions itself. To go when Unicorn no longer does so. */
static void locate(void) {
    uint32_t pc = 0, xpsr = 0;
    self->reg_read(self->engine, self->reg_pc, &pc);
    self->access_pc = pc;
    self->reg_read(self->engine, self->reg_xpsr, &xpsr);
    if (xpsr & IF_THEN_STATE) {
        xpsr = (xpsr & ~IF_THEN_STATE) | 0x01000000u;
        self->reg_write(self->engine, self->reg_xpsr, &xpsr);
    }
}

void counter_access(void *engine, int kind, uint64_t address, int size, int64_t value, void *user) {
    (void)engine; (void)kind; (void)address; (void)size; (void)value; (void)user;
    locate();
}

static uint64_t part(uint32_t word, uint64_t offset, uint32_t size) {
    if (size >= 4) return word;
    word >>= 8 * (offset & 3);
    return size == 1 ? (word & 0xff) : (word & 0xffff);
}

uint64_t counter_read(void *engine, uint64_t offset, unsigned size, void *user) {
    region *where = user;
    uint64_t address = where->base + offset;
    uint32_t value;
    (void)engine;
    if (where->fast && where->fast[offset >> 2] && counter_now() < self->deadline) {
        value = (uint32_t)part(where->shadow[offset >> 2], offset, size);
    } else {
        self->work += self->access_cost;
        value = self->slow_read(address, size);
    }
    if (self->poll_address == address && self->poll_pc == self->access_pc) {
        self->polls++;
    } else {
        self->polls = 1;
        self->poll_address = (uint32_t)address;
        self->poll_pc = self->access_pc;
    }
    self->poll_value = value;
    return value;
}

void counter_write(void *engine, uint64_t offset, unsigned size, uint64_t value, void *user) {
    region *where = user;
    (void)engine;
    if (where->fast && where->fast[offset >> 2] == SETS_PINS && size == 4) {
        /* A port's set and reset register, where it leaves the output register before it as it is. */
        uint32_t held = where->shadow[(offset >> 2) - 1];
        if (((held & ~((uint32_t)value >> 16)) | ((uint32_t)value & 0xffff)) == held) {
            self->work += 4;
            return;
        }
    }
    self->polls = 0;
    self->poll_address = 0;
    self->work += self->access_cost;
    self->slow_write(where->base + offset, size, (uint32_t)value);
}
