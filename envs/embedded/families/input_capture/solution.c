#include "stm32f4xx.h"

static void send(char c) {
    while (!(@{port}->SR & USART_SR_TXE)) {
    }
    @{port}->DR = (uint8_t)c;
}

static void send_number(uint32_t value) {
    char digits[5];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (count) {
        send(digits[--count]);
    }
    send('\n');
}

static uint32_t next_edge(void) {
    while (!(@{timer}->SR & (TIM_SR_CC@{channel}IF))) {
    }
    return @{timer}->CCR@{channel};
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->@{in_bus}ENR |= RCC_@{in_bus}ENR_@{in_enable};
    RCC->@{tx_bus}ENR |= RCC_@{tx_bus}ENR_@{tx_enable};

    @{in_gpio}->AFR[@{in_register}] |= @{in_function}U << @{in_shift};
    @{in_gpio}->MODER |= 2U << @{in_twice};
    @{tx_gpio}->AFR[@{tx_register}] |= @{tx_function}U << @{tx_shift};
    @{tx_gpio}->MODER |= 2U << @{tx_twice};

    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE;

    @{timer}->PSC = 15;
    @{timer}->CCMR1 = 1U << @{mode_shift};
    @{timer}->CCER = TIM_CCER_CC1E << @{output_shift};
    @{timer}->EGR = TIM_EGR_UG;
    @{timer}->CR1 = TIM_CR1_CEN;

    for (;;) {
        uint32_t first = next_edge();
        uint32_t second = next_edge();
        send_number(@{difference});
    }
}
