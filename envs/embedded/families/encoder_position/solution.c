#include "stm32f4xx.h"

static void carry(GPIO_TypeDef *port, uint32_t pin, uint32_t function) {
    port->AFR[pin / 8] |= function << (4 * (pin % 8));
    port->MODER |= 2U << (2 * pin);
}

static void send(uint8_t value) {
    while (!(@{port}->SR & USART_SR_TXE)) {
    }
    @{port}->DR = value;
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->@{a_bus}ENR |= RCC_@{a_bus}ENR_@{a_enable};
    RCC->@{tx_bus}ENR |= RCC_@{tx_bus}ENR_@{tx_enable};

    carry(@{a_gpio}, @{a_number}, @{a_function});
    carry(@{b_gpio}, @{b_number}, @{b_function});
    carry(@{tx_gpio}, @{tx_number}, @{tx_function});
    carry(@{rx_gpio}, @{rx_number}, @{rx_function});

    @{timer}->SMCR = TIM_SMCR_SMS_0 | TIM_SMCR_SMS_1;
    @{timer}->ARR = @{reload};
    @{timer}->CR1 = TIM_CR1_CEN;

    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;

    for (;;) {
        if (@{port}->SR & USART_SR_RXNE) {
            uint8_t request = (uint8_t)@{port}->DR;
            if (request == '@{ask}') {
                uint32_t position = @{timer}->CNT;
                send((uint8_t)(position >> 8));
                send((uint8_t)position);
            } else if (request == '@{zero}') {
                @{timer}->CNT = 0;
            }
        }
    }
}
