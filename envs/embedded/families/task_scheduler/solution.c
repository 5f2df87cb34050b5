#include "stm32f4xx.h"

#define WORK_US @{loops}U
#define PULSE_US 20U
#define LOWEST 15U

static void busy_for(uint32_t microseconds) {
    uint32_t from = TIM5->CNT;
    while (TIM5->CNT - from < microseconds) {
    }
}

void TIM2_IRQHandler(void) {
    TIM2->SR = ~TIM_SR_UIF;
    @{fast_gpio}->ODR ^= 1U << @{fast_number};
}

void TIM3_IRQHandler(void) {
    TIM3->SR = ~TIM_SR_UIF;
    @{slow_gpio}->BSRR = 1U << @{slow_number};
    busy_for(PULSE_US);
    @{slow_gpio}->BSRR = 1U << (@{slow_number} + 16);
}

void TIM4_IRQHandler(void) {
    TIM4->SR = ~TIM_SR_UIF;
    @{busy_gpio}->BSRR = 1U << @{busy_number};
    busy_for(WORK_US);
    @{busy_gpio}->BSRR = 1U << (@{busy_number} + 16);
}

static void output(GPIO_TypeDef *port, uint32_t pin) {
    port->MODER |= 1U << (2 * pin);
}

static void every(TIM_TypeDef *timer, uint32_t prescaler, uint32_t reload, IRQn_Type irq, uint32_t priority) {
    timer->PSC = prescaler;
    timer->ARR = reload;
    timer->EGR = TIM_EGR_UG;
    timer->SR = 0;
    timer->DIER = TIM_DIER_UIE;
    NVIC_SetPriority(irq, priority);
    NVIC_EnableIRQ(irq);
    timer->CR1 = TIM_CR1_CEN;
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->APB1ENR |= RCC_APB1ENR_TIM2EN | RCC_APB1ENR_TIM3EN | RCC_APB1ENR_TIM4EN | RCC_APB1ENR_TIM5EN;
    output(@{fast_gpio}, @{fast_number});
    output(@{slow_gpio}, @{slow_number});
    output(@{busy_gpio}, @{busy_number});

    TIM5->PSC = 15;
    TIM5->EGR = TIM_EGR_UG;
    TIM5->CR1 = TIM_CR1_CEN;
    every(TIM2, 15, @{fast_reload}, TIM2_IRQn, 0);
    every(TIM3, 15, @{slow_reload}, TIM3_IRQn, 1);
    every(TIM4, 15, @{busy_reload}, TIM4_IRQn, LOWEST);

    for (;;) {
    }
}
