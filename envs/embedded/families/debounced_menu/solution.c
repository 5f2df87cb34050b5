#include "stm32f4xx.h"

#define ITEMS @{items}U
#define LONG_MS @{long_ms}U
#define STABLE_MS 5U

static volatile uint32_t milliseconds;
static uint32_t item, since, pressed_at;
static int last, held, was_long;

void SysTick_Handler(void) {
    milliseconds++;
}

static int is_down(void) {
    return @{negation}(@{button_gpio}->IDR & (1U << @{button_number}));
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    @{led_gpio}->MODER |= @{modes}U;
    SysTick_Config(16000);

    for (;;) {
        uint32_t seen = milliseconds;

        int down = is_down();
        if (down != last) {
            last = down;
            since = seen;
        }
        if (down != held && seen - since >= STABLE_MS) {
            held = down;
            if (held) {
                pressed_at = since;
                was_long = 0;
            } else if (!was_long) {
                item = (item + 1) % ITEMS;
            }
        }
        if (held && !was_long && seen - pressed_at >= LONG_MS) {
            was_long = 1;
            item = 0;
        }
        @{led_gpio}->BSRR = (0xFU << (@{first} + 16)) | (item << @{first});
    }
}
