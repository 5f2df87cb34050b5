#include "stm32f4xx.h"

enum { HEADER = @{header_hex}, SET_DUTY = 0x10, STOP = 0x20, ACK = 0x06, NAK = 0x15, PERIOD = 1600 };

static void carry(GPIO_TypeDef *port, uint32_t pin, uint32_t function) {
    port->AFR[pin / 8] |= function << (4 * (pin % 8));
    port->MODER |= 2U << (2 * pin);
}

static uint8_t receive(void) {
    while (!(@{port}->SR & USART_SR_RXNE)) {
    }
    return (uint8_t)@{port}->DR;
}

static void send(uint8_t value) {
    /* An answer is sent after four bytes came in, so that there is always room for it. */
    @{port}->DR = value;
}

static uint8_t execute(uint8_t opcode, uint8_t value, uint8_t check) {
    if (check != (uint8_t)(@{check_code})) {
        return NAK;
    }
    if (opcode == SET_DUTY && value <= 100) {
        @{timer}->CCR@{channel} = PERIOD * value / 100;
        return ACK;
    }
    if (opcode == STOP) {
        @{timer}->CCR@{channel} = 0;
        return ACK;
    }
    return NAK;
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->@{tx_bus}ENR |= RCC_@{tx_bus}ENR_@{tx_enable};
    RCC->@{pwm_bus}ENR |= RCC_@{pwm_bus}ENR_@{pwm_enable};

    carry(@{tx_gpio}, @{tx_number}, @{tx_function});
    carry(@{rx_gpio}, @{rx_number}, @{rx_function});
    carry(@{pwm_gpio}, @{pwm_number}, @{pwm_function});

    @{timer}->ARR = PERIOD - 1;
    @{timer}->CCMR1 = 6U << @{mode_shift};
    @{timer}->CCER = TIM_CCER_CC1E << @{output_shift};
    @{timer}->CR1 = TIM_CR1_CEN;

    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;

    for (;;) {
        if (receive() != HEADER) {
            continue;
        }
        uint8_t opcode = receive();
        uint8_t value = receive();
        uint8_t check = receive();
        send(execute(opcode, value, check));
    }
}
