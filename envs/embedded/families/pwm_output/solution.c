#include "stm32f4xx.h"

int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_@{gpio}EN;
    RCC->@{bus}ENR |= RCC_@{bus}ENR_@{enable};

    @{gpio}->AFR[@{register}] |= @{function}U << @{shift};
    @{gpio}->MODER |= 2U << @{twice};

    @{prescale}
    @{timer}->ARR = @{reload};
    @{timer}->CCR@{channel} = @{compare};
    @{timer}->CCMR@{mode} = 6U << @{mode_shift};
    @{timer}->CCER = TIM_CCER_CC1E << @{output_shift};
    @{main_output}
    @{update}
    @{timer}->CR1 = TIM_CR1_CEN;

    for (;;) {
    }
}
