// expect: MISMATCH: time that passes is no event; what was to happen is missing at the end
int main(void) {
    for (volatile unsigned i = 0;; i++) {
    }
}
