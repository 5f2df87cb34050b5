#include "stm32f4xx.h"

static void carry(GPIO_TypeDef *port, uint32_t pin, uint32_t function, int open_drain) {
    port->AFR[pin / 8] |= function << (4 * (pin % 8));
    if (open_drain) {
        port->OTYPER |= 1U << pin;
    }
    port->MODER |= 2U << (2 * pin);
}

static void start(uint8_t address) {
    @{bus}->CR1 |= I2C_CR1_START;
    while (!(@{bus}->SR1 & I2C_SR1_SB)) {
    }
    @{bus}->DR = address;
    while (!(@{bus}->SR1 & I2C_SR1_ADDR)) {
    }
}

static int16_t read_temperature(void) {
    start(@{address_hex} << 1);
    (void)@{bus}->SR2;
    @{bus}->DR = 0;
    while (!(@{bus}->SR1 & I2C_SR1_BTF)) {
    }

    @{bus}->CR1 |= I2C_CR1_ACK | I2C_CR1_POS;
    start((@{address_hex} << 1) | 1);
    (void)@{bus}->SR2;
    @{bus}->CR1 &= ~I2C_CR1_ACK;
    while (!(@{bus}->SR1 & I2C_SR1_BTF)) {
    }
    @{bus}->CR1 |= I2C_CR1_STOP;
    uint32_t high = @{bus}->DR;
    uint32_t low = @{bus}->DR;
    @{bus}->CR1 &= ~I2C_CR1_POS;
    return (int16_t)(high << 8 | low) >> 7;
}

static void send(char c) {
    while (!(@{port}->SR & USART_SR_TXE)) {
    }
    @{port}->DR = (uint8_t)c;
}

static void send_temperature(int16_t halves) {
    uint32_t tenths = (uint32_t)(halves < 0 ? -halves : halves) * 5;
    uint32_t whole = tenths / 10;
    if (halves < 0) {
        send('-');
    }
    if (whole >= 100) {
        send((char)('0' + whole / 100));
    }
    if (whole >= 10) {
        send((char)('0' + whole / 10 % 10));
    }
    send((char)('0' + whole % 10));
    send('.');
    send((char)('0' + tenths % 10));
    send('\n');
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->@{scl_bus}ENR |= RCC_@{scl_bus}ENR_@{scl_enable};
    RCC->@{tx_bus}ENR |= RCC_@{tx_bus}ENR_@{tx_enable};

    carry(@{scl_gpio}, @{scl_number}, @{scl_function}, 1);
    carry(@{sda_gpio}, @{sda_number}, @{sda_function}, 1);
    carry(@{tx_gpio}, @{tx_number}, @{tx_function}, 0);
    carry(@{rx_gpio}, @{rx_number}, @{rx_function}, 0);

    @{bus}->CR2 = 16;
    @{bus}->CCR = @{ccr};
    @{bus}->TRISE = @{rise};
    @{bus}->CR1 = I2C_CR1_PE;

    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;

    for (;;) {
        while (!(@{port}->SR & USART_SR_RXNE)) {
        }
        if (@{port}->DR == 't') {
            send_temperature(read_temperature());
        }
    }
}
