/* Time base, clocks, interrupts and pins of the reduced HAL. */
#include "stm32f4xx_hal.h"

static volatile uint32_t ticks_;

__WEAK void HAL_MspInit(void) {}
__WEAK void HAL_IncTick(void) { ticks_++; }
__WEAK uint32_t HAL_GetTick(void) { return ticks_; }

__WEAK void HAL_Delay(uint32_t delay) {
    uint32_t start = HAL_GetTick();
    /* One more, so that at least the time asked for passes. */
    uint32_t wait = delay < HAL_MAX_DELAY ? delay + 1U : delay;
    while (HAL_GetTick() - start < wait) {
    }
}

static void start_tick(void) {
    SysTick_Config(SystemCoreClock / 1000U);
    NVIC_SetPriority(SysTick_IRQn, TICK_INT_PRIORITY);
}

HAL_StatusTypeDef HAL_Init(void) {
    FLASH->ACR |= FLASH_ACR_ICEN | FLASH_ACR_DCEN | FLASH_ACR_PRFTEN;
    NVIC_SetPriorityGrouping(NVIC_PRIORITYGROUP_4);
    start_tick();
    HAL_MspInit();
    return HAL_OK;
}

void HAL_NVIC_SetPriorityGrouping(uint32_t group) { NVIC_SetPriorityGrouping(group); }
void HAL_NVIC_SetPriority(IRQn_Type irq, uint32_t preempt, uint32_t sub) {
    NVIC_SetPriority(irq, NVIC_EncodePriority(NVIC_GetPriorityGrouping(), preempt, sub));
}
void HAL_NVIC_EnableIRQ(IRQn_Type irq) { NVIC_EnableIRQ(irq); }
void HAL_NVIC_DisableIRQ(IRQn_Type irq) { NVIC_DisableIRQ(irq); }
void HAL_NVIC_ClearPendingIRQ(IRQn_Type irq) { NVIC_ClearPendingIRQ(irq); }
uint32_t HAL_SYSTICK_Config(uint32_t ticks) { return SysTick_Config(ticks); }

static HAL_StatusTypeDef wait_for(volatile uint32_t *where, uint32_t mask, uint32_t wanted, uint32_t timeout) {
    uint32_t start = HAL_GetTick();
    while ((*where & mask) != wanted) {
        if (HAL_GetTick() - start > timeout) return HAL_TIMEOUT;
    }
    return HAL_OK;
}

HAL_StatusTypeDef HAL_RCC_OscConfig(RCC_OscInitTypeDef *init) {
    if (init->OscillatorType & RCC_OSCILLATORTYPE_HSE) {
        MODIFY_REG(RCC->CR, RCC_CR_HSEON, init->HSEState);
        if (wait_for(&RCC->CR, RCC_CR_HSERDY, init->HSEState ? RCC_CR_HSERDY : 0U, 100U) != HAL_OK) return HAL_TIMEOUT;
    }
    if (init->OscillatorType & RCC_OSCILLATORTYPE_HSI) {
        MODIFY_REG(RCC->CR, RCC_CR_HSION, init->HSIState ? RCC_CR_HSION : 0U);
        if (init->HSIState && wait_for(&RCC->CR, RCC_CR_HSIRDY, RCC_CR_HSIRDY, 2U) != HAL_OK) return HAL_TIMEOUT;
    }
    if (init->PLL.PLLState == RCC_PLL_NONE) return HAL_OK;
    if ((RCC->CFGR & RCC_CFGR_SWS) == RCC_CFGR_SWS_PLL) return HAL_ERROR;
    RCC->CR &= ~RCC_CR_PLLON;
    if (wait_for(&RCC->CR, RCC_CR_PLLRDY, 0U, 2U) != HAL_OK) return HAL_TIMEOUT;
    if (init->PLL.PLLState == RCC_PLL_ON) {
        RCC->PLLCFGR = init->PLL.PLLSource | init->PLL.PLLM | (init->PLL.PLLN << RCC_PLLCFGR_PLLN_Pos) |
                       ((init->PLL.PLLP / 2U - 1U) << RCC_PLLCFGR_PLLP_Pos) | (init->PLL.PLLQ << RCC_PLLCFGR_PLLQ_Pos);
        RCC->CR |= RCC_CR_PLLON;
        if (wait_for(&RCC->CR, RCC_CR_PLLRDY, RCC_CR_PLLRDY, 2U) != HAL_OK) return HAL_TIMEOUT;
    }
    return HAL_OK;
}

HAL_StatusTypeDef HAL_RCC_ClockConfig(RCC_ClkInitTypeDef *init, uint32_t latency) {
    if (latency > (FLASH->ACR & FLASH_ACR_LATENCY)) MODIFY_REG(FLASH->ACR, FLASH_ACR_LATENCY, latency);
    if (init->ClockType & RCC_CLOCKTYPE_HCLK) MODIFY_REG(RCC->CFGR, RCC_CFGR_HPRE, init->AHBCLKDivider);
    if (init->ClockType & RCC_CLOCKTYPE_PCLK1) MODIFY_REG(RCC->CFGR, RCC_CFGR_PPRE1, init->APB1CLKDivider);
    if (init->ClockType & RCC_CLOCKTYPE_PCLK2) MODIFY_REG(RCC->CFGR, RCC_CFGR_PPRE2, init->APB2CLKDivider << 3U);
    if (init->ClockType & RCC_CLOCKTYPE_SYSCLK) {
        uint32_t ready = init->SYSCLKSource == RCC_SYSCLKSOURCE_HSE      ? RCC_CR_HSERDY
                         : init->SYSCLKSource == RCC_SYSCLKSOURCE_PLLCLK ? RCC_CR_PLLRDY
                                                                         : RCC_CR_HSIRDY;
        if (!(RCC->CR & ready)) return HAL_ERROR;
        MODIFY_REG(RCC->CFGR, RCC_CFGR_SW, init->SYSCLKSource);
        if (wait_for(&RCC->CFGR, RCC_CFGR_SWS, init->SYSCLKSource << RCC_CFGR_SWS_Pos, 5000U) != HAL_OK) return HAL_TIMEOUT;
    }
    if (latency < (FLASH->ACR & FLASH_ACR_LATENCY)) MODIFY_REG(FLASH->ACR, FLASH_ACR_LATENCY, latency);
    SystemCoreClockUpdate();
    start_tick();
    return HAL_OK;
}

extern const uint8_t APBPrescTable[8], AHBPrescTable[16];
uint32_t HAL_RCC_GetSysClockFreq(void) {
    SystemCoreClockUpdate();
    return SystemCoreClock << AHBPrescTable[(RCC->CFGR & RCC_CFGR_HPRE) >> RCC_CFGR_HPRE_Pos];
}
uint32_t HAL_RCC_GetHCLKFreq(void) { return SystemCoreClock; }
uint32_t HAL_RCC_GetPCLK1Freq(void) { return SystemCoreClock >> APBPrescTable[(RCC->CFGR & RCC_CFGR_PPRE1) >> RCC_CFGR_PPRE1_Pos]; }
uint32_t HAL_RCC_GetPCLK2Freq(void) { return SystemCoreClock >> APBPrescTable[(RCC->CFGR & RCC_CFGR_PPRE2) >> RCC_CFGR_PPRE2_Pos]; }

void HAL_GPIO_Init(GPIO_TypeDef *port, GPIO_InitTypeDef *init) {
    for (uint32_t pin = 0; pin < 16U; pin++) {
        if (!(init->Pin & (1U << pin))) continue;
        uint32_t mode = init->Mode & 3U;
        if (mode == 1U || mode == 2U) {
            MODIFY_REG(port->OSPEEDR, 3U << (2U * pin), init->Speed << (2U * pin));
            MODIFY_REG(port->OTYPER, 1U << pin, ((init->Mode >> 4U) & 1U) << pin);
        }
        MODIFY_REG(port->PUPDR, 3U << (2U * pin), init->Pull << (2U * pin));
        if (mode == 2U) MODIFY_REG(port->AFR[pin / 8U], 0xFU << (4U * (pin % 8U)), init->Alternate << (4U * (pin % 8U)));
        MODIFY_REG(port->MODER, 3U << (2U * pin), mode << (2U * pin));
        if (init->Mode & 0x10000000U) {
            __HAL_RCC_SYSCFG_CLK_ENABLE();
            uint32_t letter = ((uint32_t)port - GPIOA_BASE) / 0x400U;
            MODIFY_REG(SYSCFG->EXTICR[pin / 4U], 0xFU << (4U * (pin % 4U)), letter << (4U * (pin % 4U)));
            MODIFY_REG(EXTI->RTSR, 1U << pin, (init->Mode & 0x00100000U) ? 1U << pin : 0U);
            MODIFY_REG(EXTI->FTSR, 1U << pin, (init->Mode & 0x00200000U) ? 1U << pin : 0U);
            EXTI->IMR |= 1U << pin;
        }
    }
}

void HAL_GPIO_DeInit(GPIO_TypeDef *port, uint32_t pins) {
    for (uint32_t pin = 0; pin < 16U; pin++) {
        if (pins & (1U << pin)) port->MODER &= ~(3U << (2U * pin));
    }
}
GPIO_PinState HAL_GPIO_ReadPin(GPIO_TypeDef *port, uint16_t pin) { return (port->IDR & pin) ? GPIO_PIN_SET : GPIO_PIN_RESET; }
void HAL_GPIO_WritePin(GPIO_TypeDef *port, uint16_t pins, GPIO_PinState state) {
    port->BSRR = state == GPIO_PIN_RESET ? (uint32_t)pins << 16U : pins;
}
void HAL_GPIO_TogglePin(GPIO_TypeDef *port, uint16_t pins) {
    uint32_t held = port->ODR;
    port->BSRR = ((held & pins) << 16U) | (~held & pins);
}
__WEAK void HAL_GPIO_EXTI_Callback(uint16_t pin) { UNUSED(pin); }
void HAL_GPIO_EXTI_IRQHandler(uint16_t pin) {
    if (EXTI->PR & pin) {
        EXTI->PR = pin;
        HAL_GPIO_EXTI_Callback(pin);
    }
}
