/* The clock that software believes to have, and how it finds out. */
#include "stm32f4xx.h"

#ifndef HSE_VALUE
#define HSE_VALUE 8000000U
#endif
#define HSI_VALUE_ 16000000U

__attribute__((weak)) uint32_t SystemCoreClock = HSI_VALUE_;
__attribute__((weak)) const uint8_t AHBPrescTable[16] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 6, 7, 8, 9};
__attribute__((weak)) const uint8_t APBPrescTable[8] = {0, 0, 0, 0, 1, 2, 3, 4};

__attribute__((weak)) void SystemCoreClockUpdate(void) {
    uint32_t clock = HSI_VALUE_;
    uint32_t status = RCC->CFGR & RCC_CFGR_SWS;
    if (status == RCC_CFGR_SWS_HSE) {
        clock = HSE_VALUE;
    } else if (status == RCC_CFGR_SWS_PLL) {
        uint32_t source = (RCC->PLLCFGR & RCC_PLLCFGR_PLLSRC) ? HSE_VALUE : HSI_VALUE_;
        uint32_t divide = RCC->PLLCFGR & RCC_PLLCFGR_PLLM;
        uint32_t multiply = (RCC->PLLCFGR & RCC_PLLCFGR_PLLN) >> RCC_PLLCFGR_PLLN_Pos;
        uint32_t post = (((RCC->PLLCFGR & RCC_PLLCFGR_PLLP) >> RCC_PLLCFGR_PLLP_Pos) + 1U) * 2U;
        clock = source / divide * multiply / post;
    }
    SystemCoreClock = clock >> AHBPrescTable[(RCC->CFGR & RCC_CFGR_HPRE) >> RCC_CFGR_HPRE_Pos];
}
