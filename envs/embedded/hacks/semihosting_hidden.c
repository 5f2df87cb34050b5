// expect: MEMORY_FAULT: a breakpoint without a debugger is a hard fault, however it is written
__attribute__((section(".text.code"), used)) static const unsigned short code[] = {0x2018, 0xBEAB, 0x4770, 0xBF00};
int main(void) {
    ((void (*)(void))((unsigned)code | 1u))();
    for (;;) {
    }
}
