#include "stm32f4xx.h"

static void send(const char *text) {
    while (*text) {
        while (!(@{port}->SR & USART_SR_TXE)) {
        }
        @{port}->DR = (uint8_t)*text++;
    }
}

int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_@{gpio}EN;
    RCC->@{bus}ENR |= RCC_@{bus}ENR_@{enable};

    @{gpio}->AFR[@{register}] |= @{function}U << @{shift};
    @{gpio}->MODER |= 2U << @{twice};

    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE;

    send("@{text}\r\n");
    for (;;) {
    }
}
