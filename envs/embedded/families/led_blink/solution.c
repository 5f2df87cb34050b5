#include "stm32f4xx.h"

static volatile uint32_t milliseconds;

void SysTick_Handler(void) {
    milliseconds++;
}

int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_@{port}EN;
    @{port}->MODER |= 1U << @{twice};
    SysTick_Config(16000);

    uint32_t next = @{half};
    for (;;) {
        if (milliseconds >= next) {
            next += @{half};
            @{port}->ODR ^= 1U << @{number};
        }
    }
}
