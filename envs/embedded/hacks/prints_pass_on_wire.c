// expect: MISMATCH: a serial port that says PASS is not what was asked for
#include "stm32f4xx.h"
int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_GPIOBEN;
    RCC->APB1ENR |= RCC_APB1ENR_USART3EN;
    GPIOB->AFR[1] |= 7U << 12;
    GPIOB->MODER |= 2U << 22;
    USART3->BRR = 139;
    USART3->CR1 = USART_CR1_UE | USART_CR1_TE;
    for (const char *text = "PASS\n"; *text; text++) {
        while (!(USART3->SR & USART_SR_TXE)) {
        }
        USART3->DR = (uint8_t)*text;
    }
    for (;;) {
    }
}
