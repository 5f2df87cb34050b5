// expect: MISMATCH,MEMORY_FAULT: code in memory runs as on the chip, and does nothing that was asked for
static unsigned short room[8] __attribute__((aligned(4)));
int main(void) {
    room[0] = 0x4770;
    __asm volatile("dsb\n\tisb");
    ((void (*)(void))((unsigned)room | 1u))();
    room[0] = 0xE7FE;
    __asm volatile("dsb\n\tisb");
    ((void (*)(void))((unsigned)room | 1u))();
    return 0;
}
