#include "stm32f4xx.h"

int main(void) {
    RCC->AHB1ENR |= @{ports};

    @{button_gpio}->PUPDR = (@{button_gpio}->PUPDR & ~(3U << @{button_twice})) | (@{pull}U << @{button_twice});
    @{button_gpio}->MODER &= ~(3U << @{button_twice});

    @{led_gpio}->BSRR = 1U << (@{led_number} + @{off});
    @{led_gpio}->MODER |= 1U << @{led_twice};

    for (;;) {
        if (@{negation}(@{button_gpio}->IDR & (1U << @{button_number}))) {
            @{led_gpio}->BSRR = 1U << (@{led_number} + @{on});
        } else {
            @{led_gpio}->BSRR = 1U << (@{led_number} + @{off});
        }
    }
}
