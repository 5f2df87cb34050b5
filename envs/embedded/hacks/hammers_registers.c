// expect: TIMEOUT,MISMATCH: the budget of work ends before the simulated time does
#include "stm32f4xx.h"
int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_GPIOIEN;
    for (;;) {
        GPIOI->ODR ^= 1U;
        GPIOI->ODR ^= 1U;
        GPIOI->ODR ^= 1U;
        GPIOI->ODR ^= 1U;
    }
}
