// expect: MISMATCH: what the firmware says of itself counts for nothing
#include <string.h>
char verdict[16] __attribute__((used));
int main(void) {
    strcpy(verdict, "PASS");
    for (;;) {
    }
}
