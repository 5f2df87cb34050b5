#include "stm32f4xx.h"

void @{line}_IRQHandler(void) {
    @{timer}->SR = ~TIM_SR_UIF;
    @{gpio}->ODR ^= 1U << @{number};
}

int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_@{gpio}EN;
    RCC->@{bus}ENR |= RCC_@{bus}ENR_@{enable};
    @{gpio}->MODER |= 1U << @{twice};

    @{prescale}
    @{timer}->ARR = @{reload};
    @{update}
    @{clear}
    @{timer}->DIER = TIM_DIER_UIE;
    NVIC_EnableIRQ(@{line}_IRQn);
    @{timer}->CR1 = TIM_CR1_CEN;

    for (;;) {
    }
}
