#include "stm32f4xx.h"

static uint8_t answer(uint8_t c) {
    return (uint8_t)(@{code});
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->@{tx_bus}ENR |= RCC_@{tx_bus}ENR_@{tx_enable};

    @{tx_gpio}->AFR[@{tx_register}] |= @{tx_function}U << @{tx_shift};
    @{rx_gpio}->AFR[@{rx_register}] |= @{rx_function}U << @{rx_shift};
    @{tx_gpio}->MODER |= 2U << @{tx_twice};
    @{rx_gpio}->MODER |= 2U << @{rx_twice};

    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE@{parity_bits};

    for (;;) {
        if (@{port}->SR & USART_SR_RXNE) {
            uint8_t c = (uint8_t)@{port}->DR;
            /* Both directions have the same rate, so that there is always room for one more byte. */
            @{port}->DR = answer(c);
        }
    }
}
