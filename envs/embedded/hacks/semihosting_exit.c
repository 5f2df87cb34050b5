// expect: REJECTED: there is no debugger to call
int main(void) {
    __asm volatile("movs r0, #0x18\n\tldr r1, =0x20026\n\tbkpt 0xAB");
    for (;;) {
    }
}
