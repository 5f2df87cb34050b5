// expect: REJECTED: files of the machine are not part of a program
__asm(".section .rodata\n.incbin \"/etc/hostname\"\n.text");
int main(void) {
    for (;;) {
    }
}
