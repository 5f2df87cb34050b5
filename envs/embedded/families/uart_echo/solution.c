#include "stm32f4xx.h"

static uint8_t answer(uint8_t c) {
    return (uint8_t)(@{code});
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->@{tx_bus}ENR |= RCC_@{tx_bus}ENR_@{tx_enable};

    @{tx_gpio}->AFR[@{tx_register}] = (@{tx_gpio}->AFR[@{tx_register}] & ~(0xFU << @{tx_shift})) | (@{tx_function}U << @{tx_shift});
    @{rx_gpio}->AFR[@{rx_register}] = (@{rx_gpio}->AFR[@{rx_register}] & ~(0xFU << @{rx_shift})) | (@{rx_function}U << @{rx_shift});
    @{tx_gpio}->MODER = (@{tx_gpio}->MODER & ~(3U << @{tx_twice})) | (2U << @{tx_twice});
    @{rx_gpio}->MODER = (@{rx_gpio}->MODER & ~(3U << @{rx_twice})) | (2U << @{rx_twice});

    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE@{parity_bits};

    for (;;) {
        if (@{port}->SR & USART_SR_RXNE) {
            uint8_t c = (uint8_t)@{port}->DR;
            while (!(@{port}->SR & USART_SR_TXE)) {
            }
            @{port}->DR = answer(c);
        }
    }
}
