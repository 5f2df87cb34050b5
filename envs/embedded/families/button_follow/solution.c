#include "stm32f4xx.h"

int main(void) {
    RCC->AHB1ENR |= @{ports};

    @{button_gpio}->PUPDR |= @{pull}U << @{button_twice};

    @{led_gpio}->MODER |= 1U << @{led_twice};

    for (;;) {
        if (@{negation}(@{button_gpio}->IDR & (1U << @{button_number}))) {
            @{led_gpio}->BSRR = 1U << @{on};
        } else {
            @{led_gpio}->BSRR = 1U << @{off};
        }
    }
}
