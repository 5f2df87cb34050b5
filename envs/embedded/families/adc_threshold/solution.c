#include "stm32f4xx.h"

#define ON_CODE @{on_code}U
#define OFF_CODE @{off_code}U

static uint32_t convert(void) {
    @{converter}->CR2 |= ADC_CR2_SWSTART;
    while (!(@{converter}->SR & ADC_SR_EOC)) {
    }
    return @{converter}->DR;
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->APB2ENR |= RCC_APB2ENR_@{converter}EN;

    @{led_gpio}->MODER |= 1U << @{led_twice};
    @{input_gpio}->MODER |= 3U << @{input_twice};

    @{converter}->SQR3 = @{channel};
    @{converter}->@{sample_register} = 4U << @{sample_shift};
    @{converter}->CR2 = ADC_CR2_ADON;

    for (;;) {
        uint32_t code = convert();
        if (code > ON_CODE) {
            @{led_gpio}->BSRR = 1U << @{led_number};
        } else if (code < OFF_CODE) {
            @{led_gpio}->BSRR = 1U << (@{led_number} + 16);
        }
    }
}
