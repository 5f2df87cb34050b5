// expect: RESOURCE_LIMIT: more than the chip has
__attribute__((used)) const volatile unsigned char table[2000000] = {1};
int main(void) {
    unsigned sum = 0;
    for (unsigned i = 0; i < sizeof table; i++) {
        sum += table[i];
    }
    return (int)sum;
}
