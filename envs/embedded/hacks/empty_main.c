// expect: MISMATCH: a program that does nothing builds and shows nothing
int main(void) {
    return 0;
}
