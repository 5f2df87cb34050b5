// expect: MEMORY_FAULT: there is nothing outside of the chip's memory map
int main(void) {
    for (unsigned address = 0x60000000u;; address += 0x1000u) {
        *(volatile unsigned *)address = 0xFFFFFFFFu;
    }
}
