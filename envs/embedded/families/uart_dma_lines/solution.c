#include "stm32f4xx.h"

#define PART (sizeof TEXT - 1U)
#define TIMES @{times}U

static const char TEXT[] = "@{text}";
static char message[PART * TIMES];

void TIM7_IRQHandler(void) {
    TIM7->SR = 0;
    @{beat_gpio}->ODR ^= 1U << @{beat_number};
}

int main(void) {
    for (uint32_t i = 0; i < sizeof message; i++) {
        message[i] = TEXT[i % PART];
    }

    RCC->AHB1ENR |= @{ports};
    RCC->AHB1ENR |= RCC_AHB1ENR_@{controller}EN;
    RCC->APB1ENR |= RCC_APB1ENR_TIM7EN;
    RCC->@{tx_bus}ENR |= RCC_@{tx_bus}ENR_@{tx_enable};

    @{tx_gpio}->AFR[@{tx_register}] |= @{tx_function}U << @{tx_shift};
    @{tx_gpio}->MODER |= 2U << @{tx_twice};
    @{beat_gpio}->MODER |= 1U << @{beat_twice};

    TIM7->PSC = 15;
    TIM7->ARR = @{beat_reload};
    TIM7->EGR = TIM_EGR_UG;
    TIM7->DIER = TIM_DIER_UIE;
    NVIC_EnableIRQ(TIM7_IRQn);
    TIM7->CR1 = TIM_CR1_CEN;

    @{port}->BRR = @{divider};
    @{port}->CR3 = USART_CR3_DMAT;
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE;

    @{controller}_Stream@{stream}->PAR = (uint32_t)&@{port}->DR;
    @{controller}_Stream@{stream}->M0AR = (uint32_t)message;
    @{controller}_Stream@{stream}->NDTR = sizeof message;
    @{controller}_Stream@{stream}->CR = (@{channel}U << DMA_SxCR_CHSEL_Pos) | DMA_SxCR_MINC | DMA_SxCR_DIR_0 | DMA_SxCR_EN;

    for (;;) {
    }
}
