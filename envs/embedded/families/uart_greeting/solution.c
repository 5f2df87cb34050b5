#include "stm32f4xx.h"

static void send(const char *text) {
    while (*text) {
        while (!(@{port}->SR & USART_SR_TXE)) {
        }
        @{port}->DR = (uint8_t)*text++;
    }
    while (!(@{port}->SR & USART_SR_TC)) {
    }
}

int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_@{gpio}EN;
    RCC->@{bus}ENR |= RCC_@{bus}ENR_@{enable};

    @{gpio}->AFR[@{register}] = (@{gpio}->AFR[@{register}] & ~(0xFU << @{shift})) | (@{function}U << @{shift});
    @{gpio}->MODER = (@{gpio}->MODER & ~(3U << (2 * @{number}))) | (2U << (2 * @{number}));

    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE;

    send("@{text}\r\n");
    for (;;) {
        __WFI();
    }
}
