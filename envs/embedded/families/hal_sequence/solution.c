#include "stm32f4xx_hal.h"

static const struct {
    uint16_t lamps;
    uint16_t milliseconds;
} STEPS[] = {
@{table}
};

void SysTick_Handler(void) {
    HAL_IncTick();
}

static void show(uint16_t lamps) {
    uint16_t pins = @{set};
    HAL_GPIO_WritePin(@{port}, @{all}U & ~pins, GPIO_PIN_RESET);
    HAL_GPIO_WritePin(@{port}, pins, GPIO_PIN_SET);
}

int main(void) {
    HAL_Init();
    __HAL_RCC_@{port}_CLK_ENABLE();
    GPIO_InitTypeDef init = {.Pin = @{mask}, .Mode = GPIO_MODE_OUTPUT_PP};
    HAL_GPIO_Init(@{port}, &init);

    uint32_t next = 1;
    for (uint32_t step = 0;; step = (step + 1) % (sizeof STEPS / sizeof STEPS[0])) {
        while (HAL_GetTick() < next) {
        }
        show(STEPS[step].lamps);
        next += STEPS[step].milliseconds;
    }
}
