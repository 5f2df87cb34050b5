/* What a cross-check program says, over a serial port that both engines have. */
#include "stm32f4xx.h"
#include <string.h>

static void say_(char c) {
    while (!(USART1->SR & USART_SR_TXE)) {
    }
    USART1->DR = (uint8_t)c;
}
static void word(uint32_t value) {
    for (int shift = 28; shift >= 0; shift -= 4) say_("0123456789abcdef"[value >> shift & 15U]);
    say_('\n');
}
static void name(const char *text) {
    while (*text) say_(*text++);
    say_('\n');
}
static uint32_t bits_of(float value) {
    uint32_t result;
    memcpy(&result, &value, 4);
    return result;
}
#define HIDE(x) __asm volatile("" : "+r"(x))
static void test(void);
int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_GPIOAEN;
    RCC->APB2ENR |= RCC_APB2ENR_USART1EN;
    GPIOA->AFR[1] |= 7U << 4;
    GPIOA->MODER |= 2U << 18;
    USART1->BRR = 16;
    USART1->CR1 = USART_CR1_UE | USART_CR1_TE;
    (void)name;
    (void)bits_of;
    test();
    name("end");
    while (!(USART1->SR & USART_SR_TC)) {
    }
    SCB->AIRCR = 0x05FA0004U;
    for (;;) {
    }
}
