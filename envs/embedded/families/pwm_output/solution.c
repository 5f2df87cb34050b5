#include "stm32f4xx.h"

int main(void) {
    RCC->AHB1ENR |= RCC_AHB1ENR_@{gpio}EN;
    RCC->@{bus}ENR |= RCC_@{bus}ENR_@{enable};

    @{gpio}->AFR[@{register}] = (@{gpio}->AFR[@{register}] & ~(0xFU << @{shift})) | (@{function}U << @{shift});
    @{gpio}->MODER = (@{gpio}->MODER & ~(3U << (2 * @{number}))) | (2U << (2 * @{number}));

    @{timer}->PSC = @{prescaler};
    @{timer}->ARR = @{reload};
    @{timer}->CCR@{channel} = @{compare};
    @{timer}->CCMR@{mode} = ((6U << 4) | TIM_CCMR1_OC1PE) << @{mode_shift};
    @{timer}->CCER = TIM_CCER_CC1E << @{output_shift};
    @{main_output}
    @{timer}->EGR = TIM_EGR_UG;
    @{timer}->CR1 = TIM_CR1_ARPE | TIM_CR1_CEN;

    for (;;) {
        __WFI();
    }
}
