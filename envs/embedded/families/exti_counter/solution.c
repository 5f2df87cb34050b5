#include "stm32f4xx.h"

static volatile uint32_t count;

void @{line}_IRQHandler(void) {
    EXTI->PR = 1U << @{input_number};
    count = (count + 1) % @{modulus};
    @{led_gpio}->BSRR = (0xFU << (@{first} + 16)) | (count << @{first});
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->APB2ENR |= RCC_APB2ENR_SYSCFGEN;

    @{led_gpio}->MODER = (@{led_gpio}->MODER & ~@{mask}U) | @{modes}U;

    SYSCFG->EXTICR[@{register}] = (SYSCFG->EXTICR[@{register}] & ~(0xFU << @{shift})) | (@{port}U << @{shift});
    @{rising}
    @{falling}
    EXTI->IMR |= 1U << @{input_number};
    NVIC_EnableIRQ(@{line}_IRQn);

    for (;;) {
        __WFI();
    }
}
