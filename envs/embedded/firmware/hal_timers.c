/* Timers, converters and DMA of the reduced HAL. */
#include "stm32f4xx_hal.h"

__WEAK void HAL_TIM_Base_MspInit(TIM_HandleTypeDef *tim) { UNUSED(tim); }
__WEAK void HAL_TIM_PWM_MspInit(TIM_HandleTypeDef *tim) { UNUSED(tim); }
__WEAK void HAL_TIM_PeriodElapsedCallback(TIM_HandleTypeDef *tim) { UNUSED(tim); }
__WEAK void HAL_TIM_IC_CaptureCallback(TIM_HandleTypeDef *tim) { UNUSED(tim); }

static HAL_StatusTypeDef time_base(TIM_HandleTypeDef *tim) {
    TIM_TypeDef *timer = tim->Instance;
    MODIFY_REG(timer->CR1, TIM_CR1_DIR | TIM_CR1_CMS | TIM_CR1_CKD | TIM_CR1_ARPE,
               tim->Init.CounterMode | tim->Init.ClockDivision | tim->Init.AutoReloadPreload);
    timer->ARR = tim->Init.Period;
    timer->PSC = tim->Init.Prescaler;
    if (timer == TIM1 || timer == TIM8) timer->RCR = tim->Init.RepetitionCounter;
    timer->EGR = TIM_EGR_UG;
    timer->SR = ~TIM_SR_UIF;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_TIM_Base_Init(TIM_HandleTypeDef *tim) {
    if (tim == NULL) return HAL_ERROR;
    HAL_TIM_Base_MspInit(tim);
    return time_base(tim);
}
HAL_StatusTypeDef HAL_TIM_Base_Start(TIM_HandleTypeDef *tim) {
    tim->Instance->CR1 |= TIM_CR1_CEN;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_TIM_Base_Stop(TIM_HandleTypeDef *tim) {
    tim->Instance->CR1 &= ~TIM_CR1_CEN;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_TIM_Base_Start_IT(TIM_HandleTypeDef *tim) {
    tim->Instance->DIER |= TIM_DIER_UIE;
    return HAL_TIM_Base_Start(tim);
}
HAL_StatusTypeDef HAL_TIM_Base_Stop_IT(TIM_HandleTypeDef *tim) {
    tim->Instance->DIER &= ~TIM_DIER_UIE;
    return HAL_TIM_Base_Stop(tim);
}
HAL_StatusTypeDef HAL_TIM_PWM_Init(TIM_HandleTypeDef *tim) {
    if (tim == NULL) return HAL_ERROR;
    HAL_TIM_PWM_MspInit(tim);
    return time_base(tim);
}

static volatile uint32_t *mode_of(TIM_TypeDef *timer, uint32_t channel) { return channel < TIM_CHANNEL_3 ? &timer->CCMR1 : &timer->CCMR2; }
static uint32_t half_of(uint32_t channel) { return (channel & 4U) ? 8U : 0U; }

HAL_StatusTypeDef HAL_TIM_PWM_ConfigChannel(TIM_HandleTypeDef *tim, TIM_OC_InitTypeDef *init, uint32_t channel) {
    TIM_TypeDef *timer = tim->Instance;
    uint32_t half = half_of(channel);
    timer->CCER &= ~(TIM_CCER_CC1E << channel);
    MODIFY_REG(*mode_of(timer, channel), 0xFFU << half, (init->OCMode | TIM_CCMR1_OC1PE | init->OCFastMode) << half);
    MODIFY_REG(timer->CCER, TIM_CCER_CC1P << channel, init->OCPolarity << channel);
    *(&timer->CCR1 + (channel >> 2U)) = init->Pulse;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_TIM_PWM_Start(TIM_HandleTypeDef *tim, uint32_t channel) {
    tim->Instance->CCER |= TIM_CCER_CC1E << channel;
    if (tim->Instance == TIM1 || tim->Instance == TIM8) tim->Instance->BDTR |= TIM_BDTR_MOE;
    tim->Instance->CR1 |= TIM_CR1_CEN;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_TIM_PWM_Stop(TIM_HandleTypeDef *tim, uint32_t channel) {
    tim->Instance->CCER &= ~(TIM_CCER_CC1E << channel);
    if (!(tim->Instance->CCER & 0x5555U)) tim->Instance->CR1 &= ~TIM_CR1_CEN;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_TIM_IC_Init(TIM_HandleTypeDef *tim) { return HAL_TIM_Base_Init(tim); }
HAL_StatusTypeDef HAL_TIM_IC_ConfigChannel(TIM_HandleTypeDef *tim, TIM_IC_InitTypeDef *init, uint32_t channel) {
    uint32_t half = half_of(channel);
    tim->Instance->CCER &= ~(0xBU << channel);
    MODIFY_REG(*mode_of(tim->Instance, channel), 0xFFU << half, (init->ICSelection | init->ICPrescaler | (init->ICFilter << 4U)) << half);
    tim->Instance->CCER |= init->ICPolarity << channel;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_TIM_IC_Start(TIM_HandleTypeDef *tim, uint32_t channel) {
    tim->Instance->CCER |= TIM_CCER_CC1E << channel;
    return HAL_TIM_Base_Start(tim);
}
HAL_StatusTypeDef HAL_TIM_IC_Start_IT(TIM_HandleTypeDef *tim, uint32_t channel) {
    tim->Instance->DIER |= TIM_DIER_CC1IE << (channel >> 2U);
    return HAL_TIM_IC_Start(tim, channel);
}
uint32_t HAL_TIM_ReadCapturedValue(TIM_HandleTypeDef *tim, uint32_t channel) { return *(&tim->Instance->CCR1 + (channel >> 2U)); }
void HAL_TIM_IRQHandler(TIM_HandleTypeDef *tim) {
    uint32_t active = tim->Instance->SR & tim->Instance->DIER;
    for (uint32_t flag = TIM_SR_CC1IF; flag <= TIM_SR_CC4IF; flag <<= 1U) {
        if (active & flag) {
            tim->Instance->SR = ~flag;
            HAL_TIM_IC_CaptureCallback(tim);
        }
    }
    if (active & TIM_SR_UIF) {
        tim->Instance->SR = ~TIM_SR_UIF;
        HAL_TIM_PeriodElapsedCallback(tim);
    }
}

/* DMA */
static DMA_TypeDef *controller_of(DMA_Stream_TypeDef *stream) { return (uint32_t)stream < DMA2_BASE ? DMA1 : DMA2; }
static uint32_t number_of(DMA_Stream_TypeDef *stream) { return (((uint32_t)stream & 0x3FFU) - 0x10U) / 0x18U; }
static uint32_t shift_of(uint32_t number) { return ((number & 1U) ? 6U : 0U) + ((number & 2U) ? 16U : 0U); }
static void clear_flags(DMA_Stream_TypeDef *stream, uint32_t flags) {
    uint32_t number = number_of(stream);
    if (number < 4U) controller_of(stream)->LIFCR = flags << shift_of(number);
    else controller_of(stream)->HIFCR = flags << shift_of(number);
}
static uint32_t flags_of(DMA_Stream_TypeDef *stream) {
    uint32_t number = number_of(stream);
    return ((number < 4U ? controller_of(stream)->LISR : controller_of(stream)->HISR) >> shift_of(number)) & 0x3DU;
}
HAL_StatusTypeDef HAL_DMA_Init(DMA_HandleTypeDef *dma) {
    if (dma == NULL) return HAL_ERROR;
    dma->Instance->CR = 0;
    dma->Instance->CR = dma->Init.Channel | dma->Init.Direction | dma->Init.PeriphInc | dma->Init.MemInc | dma->Init.PeriphDataAlignment |
                        dma->Init.MemDataAlignment | dma->Init.Mode | dma->Init.Priority;
    dma->Instance->FCR = dma->Init.FIFOMode | dma->Init.FIFOThreshold;
    clear_flags(dma->Instance, 0x3DU);
    return HAL_OK;
}
HAL_StatusTypeDef HAL_DMA_Start(DMA_HandleTypeDef *dma, uint32_t from, uint32_t to, uint32_t count) {
    int out = dma->Init.Direction == DMA_MEMORY_TO_PERIPH;
    dma->Instance->CR &= ~DMA_SxCR_EN;
    clear_flags(dma->Instance, 0x3DU);
    dma->Instance->NDTR = count;
    dma->Instance->PAR = out ? to : from;
    dma->Instance->M0AR = out ? from : to;
    dma->Instance->CR |= DMA_SxCR_EN;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_DMA_Start_IT(DMA_HandleTypeDef *dma, uint32_t from, uint32_t to, uint32_t count) {
    dma->Instance->CR &= ~DMA_SxCR_EN;
    dma->Instance->CR |= DMA_SxCR_TCIE | DMA_SxCR_TEIE | (dma->XferHalfCpltCallback ? DMA_SxCR_HTIE : 0U);
    return HAL_DMA_Start(dma, from, to, count);
}
HAL_StatusTypeDef HAL_DMA_Abort(DMA_HandleTypeDef *dma) {
    dma->Instance->CR &= ~(DMA_SxCR_EN | DMA_SxCR_TCIE | DMA_SxCR_TEIE | DMA_SxCR_HTIE);
    clear_flags(dma->Instance, 0x3DU);
    return HAL_OK;
}
void HAL_DMA_IRQHandler(DMA_HandleTypeDef *dma) {
    uint32_t flags = flags_of(dma->Instance);
    clear_flags(dma->Instance, flags);
    if ((flags & 0x08U) && dma->XferErrorCallback) dma->XferErrorCallback(dma);
    if ((flags & 0x10U) && dma->XferHalfCpltCallback) dma->XferHalfCpltCallback(dma);
    if ((flags & 0x20U) && dma->XferCpltCallback) dma->XferCpltCallback(dma);
}

/* ADC */
__WEAK void HAL_ADC_MspInit(ADC_HandleTypeDef *adc) { UNUSED(adc); }
__WEAK void HAL_ADC_ConvCpltCallback(ADC_HandleTypeDef *adc) { UNUSED(adc); }
__WEAK void HAL_ADC_ConvHalfCpltCallback(ADC_HandleTypeDef *adc) { UNUSED(adc); }

HAL_StatusTypeDef HAL_ADC_Init(ADC_HandleTypeDef *adc) {
    if (adc == NULL) return HAL_ERROR;
    HAL_ADC_MspInit(adc);
    ADC_TypeDef *converter = adc->Instance;
    MODIFY_REG(ADC123_COMMON->CCR, ADC_CCR_ADCPRE, adc->Init.ClockPrescaler);
    MODIFY_REG(converter->CR1, ADC_CR1_SCAN | ADC_CR1_RES, (adc->Init.ScanConvMode ? ADC_CR1_SCAN : 0U) | adc->Init.Resolution);
    uint32_t trigger = adc->Init.ExternalTrigConv == ADC_SOFTWARE_START ? 0U : adc->Init.ExternalTrigConv | adc->Init.ExternalTrigConvEdge;
    MODIFY_REG(converter->CR2, ADC_CR2_ALIGN | ADC_CR2_EXTSEL | ADC_CR2_EXTEN | ADC_CR2_CONT | ADC_CR2_DDS | ADC_CR2_EOCS,
               adc->Init.DataAlign | trigger | (adc->Init.ContinuousConvMode ? ADC_CR2_CONT : 0U) |
                   (adc->Init.DMAContinuousRequests ? ADC_CR2_DDS : 0U) | (adc->Init.EOCSelection ? ADC_CR2_EOCS : 0U));
    MODIFY_REG(converter->SQR1, ADC_SQR1_L, (adc->Init.NbrOfConversion ? adc->Init.NbrOfConversion - 1U : 0U) << ADC_SQR1_L_Pos);
    return HAL_OK;
}
HAL_StatusTypeDef HAL_ADC_ConfigChannel(ADC_HandleTypeDef *adc, ADC_ChannelConfTypeDef *init) {
    ADC_TypeDef *converter = adc->Instance;
    uint32_t channel = init->Channel, place = init->Rank - 1U;
    if (channel > 9U) MODIFY_REG(converter->SMPR1, 7U << (3U * (channel - 10U)), init->SamplingTime << (3U * (channel - 10U)));
    else MODIFY_REG(converter->SMPR2, 7U << (3U * channel), init->SamplingTime << (3U * channel));
    if (place < 6U) MODIFY_REG(converter->SQR3, 31U << (5U * place), channel << (5U * place));
    else if (place < 12U) MODIFY_REG(converter->SQR2, 31U << (5U * (place - 6U)), channel << (5U * (place - 6U)));
    else MODIFY_REG(converter->SQR1, 31U << (5U * (place - 12U)), channel << (5U * (place - 12U)));
    return HAL_OK;
}
HAL_StatusTypeDef HAL_ADC_Start(ADC_HandleTypeDef *adc) {
    adc->Instance->CR2 |= ADC_CR2_ADON;
    adc->Instance->SR = ~(ADC_SR_EOC | ADC_SR_OVR);
    if (!(adc->Instance->CR2 & ADC_CR2_EXTEN)) adc->Instance->CR2 |= ADC_CR2_SWSTART;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_ADC_Stop(ADC_HandleTypeDef *adc) {
    adc->Instance->CR2 &= ~ADC_CR2_ADON;
    return HAL_OK;
}
HAL_StatusTypeDef HAL_ADC_PollForConversion(ADC_HandleTypeDef *adc, uint32_t timeout) {
    uint32_t start = HAL_GetTick();
    while (!(adc->Instance->SR & ADC_SR_EOC)) {
        if (timeout != HAL_MAX_DELAY && HAL_GetTick() - start > timeout) return HAL_TIMEOUT;
    }
    return HAL_OK;
}
uint32_t HAL_ADC_GetValue(ADC_HandleTypeDef *adc) { return adc->Instance->DR; }
HAL_StatusTypeDef HAL_ADC_Start_IT(ADC_HandleTypeDef *adc) {
    adc->Instance->CR1 |= ADC_CR1_EOCIE;
    return HAL_ADC_Start(adc);
}
static void converted(DMA_HandleTypeDef *dma) { HAL_ADC_ConvCpltCallback(dma->Parent); }
static void half_converted(DMA_HandleTypeDef *dma) { HAL_ADC_ConvHalfCpltCallback(dma->Parent); }
HAL_StatusTypeDef HAL_ADC_Start_DMA(ADC_HandleTypeDef *adc, uint32_t *data, uint32_t length) {
    if (adc->DMA_Handle == NULL) return HAL_ERROR;
    adc->DMA_Handle->XferCpltCallback = converted;
    adc->DMA_Handle->XferHalfCpltCallback = half_converted;
    HAL_DMA_Start_IT(adc->DMA_Handle, (uint32_t)&adc->Instance->DR, (uint32_t)data, length);
    adc->Instance->CR2 |= ADC_CR2_DMA;
    return HAL_ADC_Start(adc);
}
void HAL_ADC_IRQHandler(ADC_HandleTypeDef *adc) {
    if ((adc->Instance->SR & ADC_SR_EOC) && (adc->Instance->CR1 & ADC_CR1_EOCIE)) {
        HAL_ADC_ConvCpltCallback(adc);
        adc->Instance->SR = ~ADC_SR_EOC;
    }
}
