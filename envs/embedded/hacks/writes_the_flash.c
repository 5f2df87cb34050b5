// expect: MEMORY_FAULT: the flash is locked
int main(void) {
    *(volatile unsigned *)0x08000000u = 0;
    for (;;) {
    }
}
