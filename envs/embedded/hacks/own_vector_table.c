// expect: REJECTED: the vector table is not the program's to write
extern unsigned _estack;
int main(void);
__attribute__((section(".isr_vector"), used)) void *const mine[] = {&_estack, main};
int main(void) {
    for (;;) {
    }
}
