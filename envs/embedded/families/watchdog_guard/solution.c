#include "stm32f4xx.h"

#define HEART (1U << @{heart_number})

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->@{tx_bus}ENR |= RCC_@{tx_bus}ENR_@{tx_enable};

    IWDG->KR = 0x5555;
    IWDG->RLR = @{reload};
    IWDG->KR = 0xCCCC;

    @{tx_gpio}->AFR[@{tx_register}] |= @{tx_function}U << @{tx_shift};
    @{tx_gpio}->MODER |= 2U << @{tx_twice};
    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE;

    @{port}->DR = (RCC->CSR & RCC_CSR_IWDGRSTF) ? '@{again}' : '@{cold}';
    RCC->CSR |= RCC_CSR_RMVF;

    uint32_t last = @{heart_gpio}->IDR & HEART;
    for (;;) {
        uint32_t now = @{heart_gpio}->IDR & HEART;
        if (now != last) {
            last = now;
            IWDG->KR = 0xAAAA;
        }
    }
}
