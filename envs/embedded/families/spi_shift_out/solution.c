#include "stm32f4xx.h"

#define BITS @{bits}U

static void carry(GPIO_TypeDef *port, uint32_t pin, uint32_t function) {
    port->AFR[pin / 8] |= function << (4 * (pin % 8));
    port->MODER |= 2U << (2 * pin);
}

static void show(uint32_t value) {
    @{bus}->DR = value;
    while (@{bus}->SR & SPI_SR_BSY) {
    }
    @{latch_gpio}->BSRR = 1U << @{latch_number};
    @{latch_gpio}->BSRR = 1U << (@{latch_number} + 16);
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->@{sck_bus}ENR |= RCC_@{sck_bus}ENR_@{sck_enable};

    carry(@{sck_gpio}, @{sck_number}, @{sck_function});
    carry(@{mosi_gpio}, @{mosi_number}, @{mosi_function});
    @{latch_gpio}->MODER |= 1U << @{latch_twice};

    @{bus}->CR1 = SPI_CR1_MSTR | SPI_CR1_SSM | SPI_CR1_SSI | (@{rate_code}U << SPI_CR1_BR_Pos)@{width};
    @{bus}->CR1 |= SPI_CR1_SPE;

    SysTick->LOAD = @{reload};
    SysTick->CTRL = SysTick_CTRL_CLKSOURCE_Msk | SysTick_CTRL_ENABLE_Msk;

    for (uint32_t step = 0;; step++) {
        show(@{code});
        while (!(SysTick->CTRL & SysTick_CTRL_COUNTFLAG_Msk)) {
        }
    }
}
