#include "stm32f4xx.h"

static void set_clock(void) {
    @{start}
    @{wait}
    FLASH->ACR = @{states}U;
    RCC->PLLCFGR = @{pll_source} | (@{source_megahertz}U << RCC_PLLCFGR_PLLM_Pos) | (@{multiply}U << RCC_PLLCFGR_PLLN_Pos) |
                   (@{post}U << RCC_PLLCFGR_PLLP_Pos) | (@{quick}U << RCC_PLLCFGR_PLLQ_Pos);
    RCC->CR |= RCC_CR_PLLON;
    while (!(RCC->CR & RCC_CR_PLLRDY)) {
    }
    RCC->CFGR = (@{first_code}U << RCC_CFGR_PPRE1_Pos) | (@{second_code}U << RCC_CFGR_PPRE2_Pos);
    RCC->CFGR |= RCC_CFGR_SW_PLL;
}

int main(void) {
    set_clock();

    RCC->AHB1ENR |= RCC_AHB1ENR_@{gpio}EN;
    RCC->@{bus}ENR |= RCC_@{bus}ENR_@{enable};
    @{gpio}->AFR[@{register}] |= @{function}U << @{shift};
    @{gpio}->MODER |= 2U << @{twice};

    @{prescale}
    @{peripheral}->ARR = @{reload};
    @{peripheral}->CCR@{channel} = @{half};
    @{peripheral}->CCMR@{mode} = 6U << @{mode_shift};
    @{peripheral}->CCER = TIM_CCER_CC1E << @{output_shift};
    @{update}
    @{peripheral}->CR1 = TIM_CR1_CEN;

    for (;;) {
    }
}
