// expect: MISMATCH: a chip that resets itself does not do its work
#include "stm32f4xx.h"
int main(void) {
    NVIC_SystemReset();
}
