#include "stm32f4xx.h"

static volatile uint32_t due;

void TIM2_IRQHandler(void) {
    TIM2->SR = ~TIM_SR_UIF;
    @{fast_gpio}->ODR ^= 1U << @{fast_number};
}

void TIM3_IRQHandler(void) {
    TIM3->SR = ~TIM_SR_UIF;
    @{slow_gpio}->BSRR = (@{slow_gpio}->ODR & (1U << @{slow_number})) ? 1U << (@{slow_number} + 16) : 1U << @{slow_number};
}

void TIM4_IRQHandler(void) {
    TIM4->SR = ~TIM_SR_UIF;
    due++;
}

static void output(GPIO_TypeDef *port, uint32_t pin) {
    port->MODER = (port->MODER & ~(3U << (2 * pin))) | (1U << (2 * pin));
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

static void work(void) {
    /* A timer measures the time of the work; it is polled, so that the processor is busy all the while. */
    uint32_t from = TIM5->CNT;
    @{busy_gpio}->BSRR = 1U << @{busy_number};
    while (TIM5->CNT - from < @{loops}U) {
        for (volatile uint32_t i = 0; i < 8; i++) {
        }
    }
    @{busy_gpio}->BSRR = 1U << (@{busy_number} + 16);
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
    every(TIM2, 0, @{fast_reload}, TIM2_IRQn, 0);
    every(TIM3, 15, @{slow_reload}, TIM3_IRQn, 1);
    every(TIM4, 15, @{busy_reload}, TIM4_IRQn, 2);

    for (;;) {
        if (due) {
            __disable_irq();
            due--;
            __enable_irq();
            work();
        } else {
            __WFI();
        }
    }
}
