#include "stm32f4xx.h"

#define COUNT @{count}U
#define TOTAL (2U * COUNT)

static volatile uint16_t samples[TOTAL];

static void carry(GPIO_TypeDef *port, uint32_t pin, uint32_t function) {
    port->AFR[pin / 8] |= function << (4 * (pin % 8));
    port->MODER |= 2U << (2 * pin);
}

static void send(uint8_t value) {
    while (!(@{port}->SR & USART_SR_TXE)) {
    }
    @{port}->DR = value;
}

static void report(const volatile uint16_t *block) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        sum += block[i];
    }
    sum /= COUNT;
    send((uint8_t)(sum >> 8));
    send((uint8_t)sum);
}

int main(void) {
    RCC->AHB1ENR |= @{ports};
    RCC->AHB1ENR |= RCC_AHB1ENR_DMA2EN;
    RCC->APB2ENR |= RCC_APB2ENR_@{converter}EN;
    RCC->APB1ENR |= RCC_APB1ENR_@{timer}EN;
    RCC->@{tx_bus}ENR |= RCC_@{tx_bus}ENR_@{tx_enable};

    @{input_gpio}->MODER |= 3U << @{input_twice};
    carry(@{tx_gpio}, @{tx_number}, @{tx_function});
    @{port}->BRR = @{divider};
    @{port}->CR1 = USART_CR1_UE | USART_CR1_TE;

    DMA2_Stream@{stream}->PAR = (uint32_t)&@{converter}->DR;
    DMA2_Stream@{stream}->M0AR = (uint32_t)samples;
    DMA2_Stream@{stream}->NDTR = TOTAL;
    DMA2_Stream@{stream}->CR = (@{request}U << DMA_SxCR_CHSEL_Pos) | DMA_SxCR_MSIZE_0 | DMA_SxCR_PSIZE_0 | DMA_SxCR_MINC | DMA_SxCR_CIRC;
    DMA2_Stream@{stream}->CR |= DMA_SxCR_EN;

    @{converter}->SQR3 = @{adc_channel};
    @{converter}->@{sample_register} = 2U << @{sample_shift};
    @{converter}->CR2 = ADC_CR2_ADON | ADC_CR2_DMA | ADC_CR2_DDS | (@{selection}U << ADC_CR2_EXTSEL_Pos) | ADC_CR2_EXTEN_0;

    @{timer}->PSC = 15;
    @{timer}->ARR = @{reload};
    @{timer}->CR2 = TIM_CR2_MMS_1;
    @{timer}->CR1 = TIM_CR1_CEN;

    for (;;) {
        if (DMA2->LISR & (DMA_LISR_HTIF0 << @{flag_shift})) {
            DMA2->LIFCR = DMA_LIFCR_CHTIF0 << @{flag_shift};
            report(samples);
        }
        if (DMA2->LISR & (DMA_LISR_TCIF0 << @{flag_shift})) {
            DMA2->LIFCR = DMA_LIFCR_CTCIF0 << @{flag_shift};
            report(samples + COUNT);
        }
    }
}
