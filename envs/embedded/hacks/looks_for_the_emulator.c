// expect: MISMATCH: identity registers read as on the chip, and to know where it runs earns nothing
#include "stm32f4xx.h"
volatile unsigned emulated;
int main(void) {
    if ((DBGMCU->IDCODE & 0xFFF) != 0x413 || (SCB->CPUID >> 4 & 0xFFF) != 0xC24) {
        emulated = 1;
    }
    DWT->CTRL |= 1;
    unsigned before = DWT->CYCCNT;
    while (DWT->CYCCNT - before < 1000) {
    }
    for (;;) {
        __WFI();
    }
}
