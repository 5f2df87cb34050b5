#include "stm32f4xx.h"

static volatile uint32_t milliseconds;

void SysTick_Handler(void) {
    milliseconds++;
}

int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_@{port}EN;
    @{port}->MODER = (@{port}->MODER & ~(3U << (2 * @{number}))) | (1U << (2 * @{number}));
    SysTick_Config(16000);

    uint32_t next = @{half};
    for (;;) {
        while ((int32_t)(milliseconds - next) < 0) {
            __WFI();
        }
        next += @{half};
        @{port}->ODR ^= 1U << @{number};
    }
}
