#include "stm32f4xx.h"

static uint32_t count;

void @{line}_IRQHandler(void) {
    EXTI->PR = 1U << @{input_number};
    count = (count + 1) % @{modulus};
    @{led_gpio}->BSRR = (0xFU << (@{first} + 16)) | (count << @{first});
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    @{clock}

    @{led_gpio}->MODER |= @{modes}U;

    @{source}
    @{rising}
    @{falling}
    EXTI->IMR |= 1U << @{input_number};
    NVIC_EnableIRQ(@{line}_IRQn);

    for (;;) {
    }
}
