#include "stm32f4xx.h"

static void set_clock(void) {
    RCC->APB1ENR |= RCC_APB1ENR_PWREN;
    PWR->CR |= PWR_CR_VOS;
    RCC->CR |= @{on};
    while (!(RCC->CR & @{ready})) {
    }
    FLASH->ACR = FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN | @{states}U;
    RCC->PLLCFGR = @{pll_source} | (@{source_megahertz}U << RCC_PLLCFGR_PLLM_Pos) | (@{multiply}U << RCC_PLLCFGR_PLLN_Pos) |
                   (@{post}U << RCC_PLLCFGR_PLLP_Pos) | (7U << RCC_PLLCFGR_PLLQ_Pos);
    RCC->CR |= RCC_CR_PLLON;
    while (!(RCC->CR & RCC_CR_PLLRDY)) {
    }
    RCC->CFGR = (@{first_code}U << RCC_CFGR_PPRE1_Pos) | (@{second_code}U << RCC_CFGR_PPRE2_Pos);
    RCC->CFGR |= RCC_CFGR_SW_PLL;
    while ((RCC->CFGR & RCC_CFGR_SWS) != RCC_CFGR_SWS_PLL) {
    }
}

int main(void) {
    set_clock();

    RCC->AHB1ENR |= RCC_AHB1ENR_@{gpio}EN;
    RCC->@{bus}ENR |= RCC_@{bus}ENR_@{enable};
    @{gpio}->AFR[@{register}] = (@{gpio}->AFR[@{register}] & ~(0xFU << @{shift})) | (@{function}U << @{shift});
    @{gpio}->MODER = (@{gpio}->MODER & ~(3U << @{twice})) | (2U << @{twice});

    @{peripheral}->PSC = @{prescaler};
    @{peripheral}->ARR = @{ticks} - 1;
    @{peripheral}->CCR@{channel} = @{ticks} / 2;
    @{peripheral}->CCMR@{mode} = 6U << (4 + @{mode_shift});
    @{peripheral}->CCER = TIM_CCER_CC1E << @{output_shift};
    @{peripheral}->EGR = TIM_EGR_UG;
    @{peripheral}->CR1 = TIM_CR1_CEN;

    for (;;) {
        __WFI();
    }
}
