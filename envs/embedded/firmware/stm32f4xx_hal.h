/* A reduced hardware abstraction layer with the public names and signatures that code at this level uses.
 *
 * Written for this package from the registers (RM0090); what is not here is not provided. Times are milliseconds.
 */
#ifndef STM32F4XX_HAL_H
#define STM32F4XX_HAL_H
#include "stm32f4xx.h"
#include <stddef.h>

typedef enum { HAL_OK = 0x00U, HAL_ERROR = 0x01U, HAL_BUSY = 0x02U, HAL_TIMEOUT = 0x03U } HAL_StatusTypeDef;
typedef enum { HAL_UNLOCKED = 0x00U, HAL_LOCKED = 0x01U } HAL_LockTypeDef;
#define HAL_MAX_DELAY 0xFFFFFFFFU
#define UNUSED(X) (void)(X)
#define TICK_INT_PRIORITY 15U
#ifndef HSE_VALUE
#define HSE_VALUE 8000000U
#endif
#define HSI_VALUE 16000000U

HAL_StatusTypeDef HAL_Init(void);
void HAL_IncTick(void);
uint32_t HAL_GetTick(void);
void HAL_Delay(uint32_t delay);
void HAL_MspInit(void);

/* Interrupts */
void HAL_NVIC_SetPriorityGrouping(uint32_t group);
void HAL_NVIC_SetPriority(IRQn_Type irq, uint32_t preempt, uint32_t sub);
void HAL_NVIC_EnableIRQ(IRQn_Type irq);
void HAL_NVIC_DisableIRQ(IRQn_Type irq);
void HAL_NVIC_ClearPendingIRQ(IRQn_Type irq);
uint32_t HAL_SYSTICK_Config(uint32_t ticks);

/* Clocks */
#define HAL_CLOCK_GATE_(register, bit)                          \
    do {                                                        \
        RCC->register |= (bit);                                 \
        (void)RCC->register;                                    \
    } while (0)
#define __HAL_RCC_GPIOA_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_GPIOAEN)
#define __HAL_RCC_GPIOB_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_GPIOBEN)
#define __HAL_RCC_GPIOC_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_GPIOCEN)
#define __HAL_RCC_GPIOD_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_GPIODEN)
#define __HAL_RCC_GPIOE_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_GPIOEEN)
#define __HAL_RCC_GPIOF_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_GPIOFEN)
#define __HAL_RCC_GPIOG_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_GPIOGEN)
#define __HAL_RCC_GPIOH_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_GPIOHEN)
#define __HAL_RCC_GPIOI_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_GPIOIEN)
#define __HAL_RCC_DMA1_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_DMA1EN)
#define __HAL_RCC_DMA2_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_DMA2EN)
#define __HAL_RCC_CRC_CLK_ENABLE() HAL_CLOCK_GATE_(AHB1ENR, RCC_AHB1ENR_CRCEN)
#define __HAL_RCC_PWR_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_PWREN)
#define __HAL_RCC_SYSCFG_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_SYSCFGEN)
#define __HAL_RCC_USART1_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_USART1EN)
#define __HAL_RCC_USART2_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_USART2EN)
#define __HAL_RCC_USART3_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_USART3EN)
#define __HAL_RCC_UART4_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_UART4EN)
#define __HAL_RCC_UART5_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_UART5EN)
#define __HAL_RCC_USART6_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_USART6EN)
#define __HAL_RCC_SPI1_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_SPI1EN)
#define __HAL_RCC_SPI2_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_SPI2EN)
#define __HAL_RCC_SPI3_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_SPI3EN)
#define __HAL_RCC_I2C1_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_I2C1EN)
#define __HAL_RCC_I2C2_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_I2C2EN)
#define __HAL_RCC_I2C3_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_I2C3EN)
#define __HAL_RCC_TIM1_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_TIM1EN)
#define __HAL_RCC_TIM2_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_TIM2EN)
#define __HAL_RCC_TIM3_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_TIM3EN)
#define __HAL_RCC_TIM4_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_TIM4EN)
#define __HAL_RCC_TIM5_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_TIM5EN)
#define __HAL_RCC_TIM6_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_TIM6EN)
#define __HAL_RCC_TIM7_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_TIM7EN)
#define __HAL_RCC_TIM8_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_TIM8EN)
#define __HAL_RCC_TIM9_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_TIM9EN)
#define __HAL_RCC_TIM10_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_TIM10EN)
#define __HAL_RCC_TIM11_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_TIM11EN)
#define __HAL_RCC_TIM12_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_TIM12EN)
#define __HAL_RCC_TIM13_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_TIM13EN)
#define __HAL_RCC_TIM14_CLK_ENABLE() HAL_CLOCK_GATE_(APB1ENR, RCC_APB1ENR_TIM14EN)
#define __HAL_RCC_ADC1_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_ADC1EN)
#define __HAL_RCC_ADC2_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_ADC2EN)
#define __HAL_RCC_ADC3_CLK_ENABLE() HAL_CLOCK_GATE_(APB2ENR, RCC_APB2ENR_ADC3EN)
#define PWR_REGULATOR_VOLTAGE_SCALE1 PWR_CR_VOS
#define PWR_REGULATOR_VOLTAGE_SCALE2 0x00000000U
#define __HAL_PWR_VOLTAGESCALING_CONFIG(scale) MODIFY_REG(PWR->CR, PWR_CR_VOS, (scale))

typedef struct {
    uint32_t PLLState, PLLSource, PLLM, PLLN, PLLP, PLLQ;
} RCC_PLLInitTypeDef;
typedef struct {
    uint32_t OscillatorType, HSEState, LSEState, HSIState, HSICalibrationValue, LSIState;
    RCC_PLLInitTypeDef PLL;
} RCC_OscInitTypeDef;
typedef struct {
    uint32_t ClockType, SYSCLKSource, AHBCLKDivider, APB1CLKDivider, APB2CLKDivider;
} RCC_ClkInitTypeDef;
#define RCC_OSCILLATORTYPE_NONE 0x00000000U
#define RCC_OSCILLATORTYPE_HSE 0x00000001U
#define RCC_OSCILLATORTYPE_HSI 0x00000002U
#define RCC_HSE_OFF 0x00000000U
#define RCC_HSE_ON RCC_CR_HSEON
#define RCC_HSI_OFF 0x00U
#define RCC_HSI_ON 0x01U
#define RCC_HSICALIBRATION_DEFAULT 0x10U
#define RCC_PLL_NONE 0x00U
#define RCC_PLL_OFF 0x01U
#define RCC_PLL_ON 0x02U
#define RCC_PLLP_DIV2 0x00000002U
#define RCC_PLLP_DIV4 0x00000004U
#define RCC_PLLP_DIV6 0x00000006U
#define RCC_PLLP_DIV8 0x00000008U
#define RCC_PLLSOURCE_HSI RCC_PLLCFGR_PLLSRC_HSI
#define RCC_PLLSOURCE_HSE RCC_PLLCFGR_PLLSRC_HSE
#define RCC_CLOCKTYPE_SYSCLK 0x00000001U
#define RCC_CLOCKTYPE_HCLK 0x00000002U
#define RCC_CLOCKTYPE_PCLK1 0x00000004U
#define RCC_CLOCKTYPE_PCLK2 0x00000008U
#define RCC_SYSCLKSOURCE_HSI RCC_CFGR_SW_HSI
#define RCC_SYSCLKSOURCE_HSE RCC_CFGR_SW_HSE
#define RCC_SYSCLKSOURCE_PLLCLK RCC_CFGR_SW_PLL
#define RCC_SYSCLK_DIV1 RCC_CFGR_HPRE_DIV1
#define RCC_SYSCLK_DIV2 RCC_CFGR_HPRE_DIV2
#define RCC_SYSCLK_DIV4 RCC_CFGR_HPRE_DIV4
#define RCC_SYSCLK_DIV8 RCC_CFGR_HPRE_DIV8
#define RCC_HCLK_DIV1 RCC_CFGR_PPRE1_DIV1
#define RCC_HCLK_DIV2 RCC_CFGR_PPRE1_DIV2
#define RCC_HCLK_DIV4 RCC_CFGR_PPRE1_DIV4
#define RCC_HCLK_DIV8 RCC_CFGR_PPRE1_DIV8
#define RCC_HCLK_DIV16 RCC_CFGR_PPRE1_DIV16
#define FLASH_LATENCY_0 0U
#define FLASH_LATENCY_1 1U
#define FLASH_LATENCY_2 2U
#define FLASH_LATENCY_3 3U
#define FLASH_LATENCY_4 4U
#define FLASH_LATENCY_5 5U
HAL_StatusTypeDef HAL_RCC_OscConfig(RCC_OscInitTypeDef *init);
HAL_StatusTypeDef HAL_RCC_ClockConfig(RCC_ClkInitTypeDef *init, uint32_t latency);
uint32_t HAL_RCC_GetSysClockFreq(void);
uint32_t HAL_RCC_GetHCLKFreq(void);
uint32_t HAL_RCC_GetPCLK1Freq(void);
uint32_t HAL_RCC_GetPCLK2Freq(void);

/* Pins */
typedef struct {
    uint32_t Pin, Mode, Pull, Speed, Alternate;
} GPIO_InitTypeDef;
typedef enum { GPIO_PIN_RESET = 0, GPIO_PIN_SET } GPIO_PinState;
#define GPIO_PIN_0 ((uint16_t)0x0001)
#define GPIO_PIN_1 ((uint16_t)0x0002)
#define GPIO_PIN_2 ((uint16_t)0x0004)
#define GPIO_PIN_3 ((uint16_t)0x0008)
#define GPIO_PIN_4 ((uint16_t)0x0010)
#define GPIO_PIN_5 ((uint16_t)0x0020)
#define GPIO_PIN_6 ((uint16_t)0x0040)
#define GPIO_PIN_7 ((uint16_t)0x0080)
#define GPIO_PIN_8 ((uint16_t)0x0100)
#define GPIO_PIN_9 ((uint16_t)0x0200)
#define GPIO_PIN_10 ((uint16_t)0x0400)
#define GPIO_PIN_11 ((uint16_t)0x0800)
#define GPIO_PIN_12 ((uint16_t)0x1000)
#define GPIO_PIN_13 ((uint16_t)0x2000)
#define GPIO_PIN_14 ((uint16_t)0x4000)
#define GPIO_PIN_15 ((uint16_t)0x8000)
#define GPIO_PIN_All ((uint16_t)0xFFFF)
#define GPIO_MODE_INPUT 0x00000000U
#define GPIO_MODE_OUTPUT_PP 0x00000001U
#define GPIO_MODE_OUTPUT_OD 0x00000011U
#define GPIO_MODE_AF_PP 0x00000002U
#define GPIO_MODE_AF_OD 0x00000012U
#define GPIO_MODE_ANALOG 0x00000003U
#define GPIO_MODE_IT_RISING 0x10110000U
#define GPIO_MODE_IT_FALLING 0x10210000U
#define GPIO_MODE_IT_RISING_FALLING 0x10310000U
#define GPIO_SPEED_FREQ_LOW 0U
#define GPIO_SPEED_FREQ_MEDIUM 1U
#define GPIO_SPEED_FREQ_HIGH 2U
#define GPIO_SPEED_FREQ_VERY_HIGH 3U
#define GPIO_NOPULL 0U
#define GPIO_PULLUP 1U
#define GPIO_PULLDOWN 2U
#define GPIO_AF0_MCO 0U
#define GPIO_AF1_TIM1 1U
#define GPIO_AF1_TIM2 1U
#define GPIO_AF2_TIM3 2U
#define GPIO_AF2_TIM4 2U
#define GPIO_AF2_TIM5 2U
#define GPIO_AF3_TIM8 3U
#define GPIO_AF3_TIM9 3U
#define GPIO_AF3_TIM10 3U
#define GPIO_AF3_TIM11 3U
#define GPIO_AF4_I2C1 4U
#define GPIO_AF4_I2C2 4U
#define GPIO_AF4_I2C3 4U
#define GPIO_AF5_SPI1 5U
#define GPIO_AF5_SPI2 5U
#define GPIO_AF6_SPI3 6U
#define GPIO_AF7_USART1 7U
#define GPIO_AF7_USART2 7U
#define GPIO_AF7_USART3 7U
#define GPIO_AF8_UART4 8U
#define GPIO_AF8_UART5 8U
#define GPIO_AF8_USART6 8U
#define GPIO_AF9_TIM12 9U
#define GPIO_AF9_TIM13 9U
#define GPIO_AF9_TIM14 9U
#define __HAL_GPIO_EXTI_GET_IT(line) (EXTI->PR & (line))
#define __HAL_GPIO_EXTI_CLEAR_IT(line) (EXTI->PR = (line))
void HAL_GPIO_Init(GPIO_TypeDef *port, GPIO_InitTypeDef *init);
void HAL_GPIO_DeInit(GPIO_TypeDef *port, uint32_t pins);
GPIO_PinState HAL_GPIO_ReadPin(GPIO_TypeDef *port, uint16_t pin);
void HAL_GPIO_WritePin(GPIO_TypeDef *port, uint16_t pins, GPIO_PinState state);
void HAL_GPIO_TogglePin(GPIO_TypeDef *port, uint16_t pins);
void HAL_GPIO_EXTI_IRQHandler(uint16_t pin);
void HAL_GPIO_EXTI_Callback(uint16_t pin);

/* DMA */
typedef struct {
    uint32_t Channel, Direction, PeriphInc, MemInc, PeriphDataAlignment, MemDataAlignment, Mode, Priority, FIFOMode, FIFOThreshold,
        MemBurst, PeriphBurst;
} DMA_InitTypeDef;
typedef struct DMA_HandleTypeDef_ {
    DMA_Stream_TypeDef *Instance;
    DMA_InitTypeDef Init;
    void *Parent;
    void (*XferCpltCallback)(struct DMA_HandleTypeDef_ *dma);
    void (*XferHalfCpltCallback)(struct DMA_HandleTypeDef_ *dma);
    void (*XferErrorCallback)(struct DMA_HandleTypeDef_ *dma);
    volatile uint32_t ErrorCode;
} DMA_HandleTypeDef;
#define DMA_CHANNEL_0 0x00000000U
#define DMA_CHANNEL_1 0x02000000U
#define DMA_CHANNEL_2 0x04000000U
#define DMA_CHANNEL_3 0x06000000U
#define DMA_CHANNEL_4 0x08000000U
#define DMA_CHANNEL_5 0x0A000000U
#define DMA_CHANNEL_6 0x0C000000U
#define DMA_CHANNEL_7 0x0E000000U
#define DMA_PERIPH_TO_MEMORY 0x00000000U
#define DMA_MEMORY_TO_PERIPH DMA_SxCR_DIR_0
#define DMA_MEMORY_TO_MEMORY DMA_SxCR_DIR_1
#define DMA_PINC_ENABLE DMA_SxCR_PINC
#define DMA_PINC_DISABLE 0U
#define DMA_MINC_ENABLE DMA_SxCR_MINC
#define DMA_MINC_DISABLE 0U
#define DMA_PDATAALIGN_BYTE 0U
#define DMA_PDATAALIGN_HALFWORD DMA_SxCR_PSIZE_0
#define DMA_PDATAALIGN_WORD DMA_SxCR_PSIZE_1
#define DMA_MDATAALIGN_BYTE 0U
#define DMA_MDATAALIGN_HALFWORD DMA_SxCR_MSIZE_0
#define DMA_MDATAALIGN_WORD DMA_SxCR_MSIZE_1
#define DMA_NORMAL 0U
#define DMA_CIRCULAR DMA_SxCR_CIRC
#define DMA_PRIORITY_LOW 0U
#define DMA_PRIORITY_MEDIUM DMA_SxCR_PL_0
#define DMA_PRIORITY_HIGH DMA_SxCR_PL_1
#define DMA_PRIORITY_VERY_HIGH DMA_SxCR_PL
#define DMA_FIFOMODE_DISABLE 0U
#define DMA_FIFOMODE_ENABLE DMA_SxFCR_DMDIS
#define __HAL_LINKDMA(handle, field, dma)      \
    do {                                       \
        (handle)->field = &(dma);              \
        (dma).Parent = (handle);               \
    } while (0)
HAL_StatusTypeDef HAL_DMA_Init(DMA_HandleTypeDef *dma);
HAL_StatusTypeDef HAL_DMA_Start(DMA_HandleTypeDef *dma, uint32_t from, uint32_t to, uint32_t count);
HAL_StatusTypeDef HAL_DMA_Start_IT(DMA_HandleTypeDef *dma, uint32_t from, uint32_t to, uint32_t count);
HAL_StatusTypeDef HAL_DMA_Abort(DMA_HandleTypeDef *dma);
void HAL_DMA_IRQHandler(DMA_HandleTypeDef *dma);

/* Serial ports */
typedef struct {
    uint32_t BaudRate, WordLength, StopBits, Parity, Mode, HwFlowCtl, OverSampling;
} UART_InitTypeDef;
typedef struct {
    USART_TypeDef *Instance;
    UART_InitTypeDef Init;
    const uint8_t *pTxBuffPtr;
    uint16_t TxXferSize;
    volatile uint16_t TxXferCount;
    uint8_t *pRxBuffPtr;
    uint16_t RxXferSize;
    volatile uint16_t RxXferCount;
    DMA_HandleTypeDef *hdmatx, *hdmarx;
    volatile uint32_t ErrorCode;
} UART_HandleTypeDef;
#define UART_WORDLENGTH_8B 0U
#define UART_WORDLENGTH_9B USART_CR1_M
#define UART_STOPBITS_1 0U
#define UART_STOPBITS_2 USART_CR2_STOP_1
#define UART_PARITY_NONE 0U
#define UART_PARITY_EVEN USART_CR1_PCE
#define UART_PARITY_ODD (USART_CR1_PCE | USART_CR1_PS)
#define UART_HWCONTROL_NONE 0U
#define UART_MODE_RX USART_CR1_RE
#define UART_MODE_TX USART_CR1_TE
#define UART_MODE_TX_RX (USART_CR1_TE | USART_CR1_RE)
#define UART_OVERSAMPLING_16 0U
#define UART_OVERSAMPLING_8 USART_CR1_OVER8
#define UART_FLAG_RXNE USART_SR_RXNE
#define UART_FLAG_TXE USART_SR_TXE
#define UART_FLAG_TC USART_SR_TC
#define __HAL_UART_GET_FLAG(handle, flag) (((handle)->Instance->SR & (flag)) == (flag))
HAL_StatusTypeDef HAL_UART_Init(UART_HandleTypeDef *uart);
HAL_StatusTypeDef HAL_UART_Transmit(UART_HandleTypeDef *uart, const uint8_t *data, uint16_t size, uint32_t timeout);
HAL_StatusTypeDef HAL_UART_Receive(UART_HandleTypeDef *uart, uint8_t *data, uint16_t size, uint32_t timeout);
HAL_StatusTypeDef HAL_UART_Transmit_IT(UART_HandleTypeDef *uart, const uint8_t *data, uint16_t size);
HAL_StatusTypeDef HAL_UART_Receive_IT(UART_HandleTypeDef *uart, uint8_t *data, uint16_t size);
HAL_StatusTypeDef HAL_UART_Transmit_DMA(UART_HandleTypeDef *uart, const uint8_t *data, uint16_t size);
HAL_StatusTypeDef HAL_UART_Receive_DMA(UART_HandleTypeDef *uart, uint8_t *data, uint16_t size);
void HAL_UART_IRQHandler(UART_HandleTypeDef *uart);
void HAL_UART_TxCpltCallback(UART_HandleTypeDef *uart);
void HAL_UART_RxCpltCallback(UART_HandleTypeDef *uart);
void HAL_UART_ErrorCallback(UART_HandleTypeDef *uart);
void HAL_UART_MspInit(UART_HandleTypeDef *uart);

/* SPI */
typedef struct {
    uint32_t Mode, Direction, DataSize, CLKPolarity, CLKPhase, NSS, BaudRatePrescaler, FirstBit, TIMode, CRCCalculation, CRCPolynomial;
} SPI_InitTypeDef;
typedef struct {
    SPI_TypeDef *Instance;
    SPI_InitTypeDef Init;
    volatile uint32_t ErrorCode;
} SPI_HandleTypeDef;
#define SPI_MODE_SLAVE 0U
#define SPI_MODE_MASTER (SPI_CR1_MSTR | SPI_CR1_SSI)
#define SPI_DIRECTION_2LINES 0U
#define SPI_DATASIZE_8BIT 0U
#define SPI_DATASIZE_16BIT SPI_CR1_DFF
#define SPI_POLARITY_LOW 0U
#define SPI_POLARITY_HIGH SPI_CR1_CPOL
#define SPI_PHASE_1EDGE 0U
#define SPI_PHASE_2EDGE SPI_CR1_CPHA
#define SPI_NSS_SOFT SPI_CR1_SSM
#define SPI_NSS_HARD_OUTPUT (SPI_CR2_SSOE << 16U)
#define SPI_BAUDRATEPRESCALER_2 0x00000000U
#define SPI_BAUDRATEPRESCALER_4 0x00000008U
#define SPI_BAUDRATEPRESCALER_8 0x00000010U
#define SPI_BAUDRATEPRESCALER_16 0x00000018U
#define SPI_BAUDRATEPRESCALER_32 0x00000020U
#define SPI_BAUDRATEPRESCALER_64 0x00000028U
#define SPI_BAUDRATEPRESCALER_128 0x00000030U
#define SPI_BAUDRATEPRESCALER_256 0x00000038U
#define SPI_FIRSTBIT_MSB 0U
#define SPI_FIRSTBIT_LSB SPI_CR1_LSBFIRST
#define SPI_TIMODE_DISABLE 0U
#define SPI_CRCCALCULATION_DISABLE 0U
HAL_StatusTypeDef HAL_SPI_Init(SPI_HandleTypeDef *spi);
HAL_StatusTypeDef HAL_SPI_Transmit(SPI_HandleTypeDef *spi, const uint8_t *data, uint16_t size, uint32_t timeout);
HAL_StatusTypeDef HAL_SPI_Receive(SPI_HandleTypeDef *spi, uint8_t *data, uint16_t size, uint32_t timeout);
HAL_StatusTypeDef HAL_SPI_TransmitReceive(SPI_HandleTypeDef *spi, const uint8_t *out, uint8_t *in, uint16_t size, uint32_t timeout);
void HAL_SPI_MspInit(SPI_HandleTypeDef *spi);

/* I2C */
typedef struct {
    uint32_t ClockSpeed, DutyCycle, OwnAddress1, AddressingMode, DualAddressMode, OwnAddress2, GeneralCallMode, NoStretchMode;
} I2C_InitTypeDef;
typedef struct {
    I2C_TypeDef *Instance;
    I2C_InitTypeDef Init;
    volatile uint32_t ErrorCode;
} I2C_HandleTypeDef;
#define I2C_DUTYCYCLE_2 0U
#define I2C_DUTYCYCLE_16_9 I2C_CCR_DUTY
#define I2C_ADDRESSINGMODE_7BIT 0x00004000U
#define I2C_DUALADDRESS_DISABLE 0U
#define I2C_GENERALCALL_DISABLE 0U
#define I2C_NOSTRETCH_DISABLE 0U
#define I2C_MEMADD_SIZE_8BIT 1U
#define I2C_MEMADD_SIZE_16BIT 0x10U
HAL_StatusTypeDef HAL_I2C_Init(I2C_HandleTypeDef *i2c);
HAL_StatusTypeDef HAL_I2C_Master_Transmit(I2C_HandleTypeDef *i2c, uint16_t address, uint8_t *data, uint16_t size, uint32_t timeout);
HAL_StatusTypeDef HAL_I2C_Master_Receive(I2C_HandleTypeDef *i2c, uint16_t address, uint8_t *data, uint16_t size, uint32_t timeout);
HAL_StatusTypeDef HAL_I2C_Mem_Write(I2C_HandleTypeDef *i2c, uint16_t address, uint16_t place, uint16_t width, uint8_t *data,
                                    uint16_t size, uint32_t timeout);
HAL_StatusTypeDef HAL_I2C_Mem_Read(I2C_HandleTypeDef *i2c, uint16_t address, uint16_t place, uint16_t width, uint8_t *data,
                                   uint16_t size, uint32_t timeout);
HAL_StatusTypeDef HAL_I2C_IsDeviceReady(I2C_HandleTypeDef *i2c, uint16_t address, uint32_t trials, uint32_t timeout);
void HAL_I2C_MspInit(I2C_HandleTypeDef *i2c);

/* Timers */
typedef struct {
    uint32_t Prescaler, CounterMode, Period, ClockDivision, RepetitionCounter, AutoReloadPreload;
} TIM_Base_InitTypeDef;
typedef struct {
    uint32_t OCMode, Pulse, OCPolarity, OCNPolarity, OCFastMode, OCIdleState, OCNIdleState;
} TIM_OC_InitTypeDef;
typedef struct {
    uint32_t ICPolarity, ICSelection, ICPrescaler, ICFilter;
} TIM_IC_InitTypeDef;
typedef struct {
    TIM_TypeDef *Instance;
    TIM_Base_InitTypeDef Init;
} TIM_HandleTypeDef;
#define TIM_COUNTERMODE_UP 0U
#define TIM_COUNTERMODE_DOWN TIM_CR1_DIR
#define TIM_COUNTERMODE_CENTERALIGNED1 TIM_CR1_CMS_0
#define TIM_CLOCKDIVISION_DIV1 0U
#define TIM_AUTORELOAD_PRELOAD_DISABLE 0U
#define TIM_AUTORELOAD_PRELOAD_ENABLE TIM_CR1_ARPE
#define TIM_CHANNEL_1 0x00000000U
#define TIM_CHANNEL_2 0x00000004U
#define TIM_CHANNEL_3 0x00000008U
#define TIM_CHANNEL_4 0x0000000CU
#define TIM_OCMODE_TIMING 0x00000000U
#define TIM_OCMODE_ACTIVE 0x00000010U
#define TIM_OCMODE_INACTIVE 0x00000020U
#define TIM_OCMODE_TOGGLE 0x00000030U
#define TIM_OCMODE_PWM1 0x00000060U
#define TIM_OCMODE_PWM2 0x00000070U
#define TIM_OCPOLARITY_HIGH 0U
#define TIM_OCPOLARITY_LOW TIM_CCER_CC1P
#define TIM_OCFAST_DISABLE 0U
#define TIM_ICPOLARITY_RISING 0U
#define TIM_ICPOLARITY_FALLING TIM_CCER_CC1P
#define TIM_ICSELECTION_DIRECTTI 1U
#define TIM_ICPSC_DIV1 0U
#define TIM_IT_UPDATE TIM_DIER_UIE
#define TIM_FLAG_UPDATE TIM_SR_UIF
#define __HAL_TIM_SET_COMPARE(handle, channel, value) (*(&(handle)->Instance->CCR1 + ((channel) >> 2U)) = (value))
#define __HAL_TIM_GET_COMPARE(handle, channel) (*(&(handle)->Instance->CCR1 + ((channel) >> 2U)))
#define __HAL_TIM_SET_COUNTER(handle, value) ((handle)->Instance->CNT = (value))
#define __HAL_TIM_GET_COUNTER(handle) ((handle)->Instance->CNT)
#define __HAL_TIM_SET_AUTORELOAD(handle, value) ((handle)->Instance->ARR = (handle)->Init.Period = (value))
#define __HAL_TIM_SET_PRESCALER(handle, value) ((handle)->Instance->PSC = (value))
#define __HAL_TIM_GET_FLAG(handle, flag) (((handle)->Instance->SR & (flag)) == (flag))
#define __HAL_TIM_CLEAR_FLAG(handle, flag) ((handle)->Instance->SR = ~(flag))
#define __HAL_TIM_ENABLE_IT(handle, which) ((handle)->Instance->DIER |= (which))
HAL_StatusTypeDef HAL_TIM_Base_Init(TIM_HandleTypeDef *tim);
HAL_StatusTypeDef HAL_TIM_Base_Start(TIM_HandleTypeDef *tim);
HAL_StatusTypeDef HAL_TIM_Base_Stop(TIM_HandleTypeDef *tim);
HAL_StatusTypeDef HAL_TIM_Base_Start_IT(TIM_HandleTypeDef *tim);
HAL_StatusTypeDef HAL_TIM_Base_Stop_IT(TIM_HandleTypeDef *tim);
HAL_StatusTypeDef HAL_TIM_PWM_Init(TIM_HandleTypeDef *tim);
HAL_StatusTypeDef HAL_TIM_PWM_ConfigChannel(TIM_HandleTypeDef *tim, TIM_OC_InitTypeDef *init, uint32_t channel);
HAL_StatusTypeDef HAL_TIM_PWM_Start(TIM_HandleTypeDef *tim, uint32_t channel);
HAL_StatusTypeDef HAL_TIM_PWM_Stop(TIM_HandleTypeDef *tim, uint32_t channel);
HAL_StatusTypeDef HAL_TIM_IC_Init(TIM_HandleTypeDef *tim);
HAL_StatusTypeDef HAL_TIM_IC_ConfigChannel(TIM_HandleTypeDef *tim, TIM_IC_InitTypeDef *init, uint32_t channel);
HAL_StatusTypeDef HAL_TIM_IC_Start(TIM_HandleTypeDef *tim, uint32_t channel);
HAL_StatusTypeDef HAL_TIM_IC_Start_IT(TIM_HandleTypeDef *tim, uint32_t channel);
uint32_t HAL_TIM_ReadCapturedValue(TIM_HandleTypeDef *tim, uint32_t channel);
void HAL_TIM_IRQHandler(TIM_HandleTypeDef *tim);
void HAL_TIM_PeriodElapsedCallback(TIM_HandleTypeDef *tim);
void HAL_TIM_IC_CaptureCallback(TIM_HandleTypeDef *tim);
void HAL_TIM_Base_MspInit(TIM_HandleTypeDef *tim);
void HAL_TIM_PWM_MspInit(TIM_HandleTypeDef *tim);

/* ADC */
typedef struct {
    uint32_t ClockPrescaler, Resolution, DataAlign, ScanConvMode, EOCSelection;
    FunctionalState ContinuousConvMode;
    uint32_t NbrOfConversion;
    FunctionalState DiscontinuousConvMode;
    uint32_t NbrOfDiscConversion, ExternalTrigConv, ExternalTrigConvEdge;
    FunctionalState DMAContinuousRequests;
} ADC_InitTypeDef;
typedef struct {
    uint32_t Channel, Rank, SamplingTime, Offset;
} ADC_ChannelConfTypeDef;
typedef struct {
    ADC_TypeDef *Instance;
    ADC_InitTypeDef Init;
    DMA_HandleTypeDef *DMA_Handle;
    volatile uint32_t ErrorCode;
} ADC_HandleTypeDef;
#define ADC_CLOCK_SYNC_PCLK_DIV2 0U
#define ADC_CLOCK_SYNC_PCLK_DIV4 ADC_CCR_ADCPRE_0
#define ADC_CLOCK_SYNC_PCLK_DIV6 ADC_CCR_ADCPRE_1
#define ADC_CLOCK_SYNC_PCLK_DIV8 ADC_CCR_ADCPRE
#define ADC_RESOLUTION_12B 0U
#define ADC_RESOLUTION_10B ADC_CR1_RES_0
#define ADC_RESOLUTION_8B ADC_CR1_RES_1
#define ADC_DATAALIGN_RIGHT 0U
#define ADC_DATAALIGN_LEFT ADC_CR2_ALIGN
#define ADC_EOC_SEQ_CONV 0U
#define ADC_EOC_SINGLE_CONV 1U
#define ADC_SOFTWARE_START ((uint32_t)ADC_CR2_EXTSEL + 1U)
#define ADC_EXTERNALTRIGCONV_T2_TRGO (6U << ADC_CR2_EXTSEL_Pos)
#define ADC_EXTERNALTRIGCONV_T3_TRGO (8U << ADC_CR2_EXTSEL_Pos)
#define ADC_EXTERNALTRIGCONVEDGE_NONE 0U
#define ADC_EXTERNALTRIGCONVEDGE_RISING ADC_CR2_EXTEN_0
#define ADC_CHANNEL_0 0U
#define ADC_CHANNEL_1 1U
#define ADC_CHANNEL_2 2U
#define ADC_CHANNEL_3 3U
#define ADC_CHANNEL_4 4U
#define ADC_CHANNEL_5 5U
#define ADC_CHANNEL_6 6U
#define ADC_CHANNEL_7 7U
#define ADC_CHANNEL_8 8U
#define ADC_CHANNEL_9 9U
#define ADC_CHANNEL_10 10U
#define ADC_CHANNEL_11 11U
#define ADC_CHANNEL_12 12U
#define ADC_CHANNEL_13 13U
#define ADC_CHANNEL_14 14U
#define ADC_CHANNEL_15 15U
#define ADC_SAMPLETIME_3CYCLES 0U
#define ADC_SAMPLETIME_15CYCLES 1U
#define ADC_SAMPLETIME_28CYCLES 2U
#define ADC_SAMPLETIME_56CYCLES 3U
#define ADC_SAMPLETIME_84CYCLES 4U
#define ADC_SAMPLETIME_112CYCLES 5U
#define ADC_SAMPLETIME_144CYCLES 6U
#define ADC_SAMPLETIME_480CYCLES 7U
HAL_StatusTypeDef HAL_ADC_Init(ADC_HandleTypeDef *adc);
HAL_StatusTypeDef HAL_ADC_ConfigChannel(ADC_HandleTypeDef *adc, ADC_ChannelConfTypeDef *init);
HAL_StatusTypeDef HAL_ADC_Start(ADC_HandleTypeDef *adc);
HAL_StatusTypeDef HAL_ADC_Stop(ADC_HandleTypeDef *adc);
HAL_StatusTypeDef HAL_ADC_PollForConversion(ADC_HandleTypeDef *adc, uint32_t timeout);
uint32_t HAL_ADC_GetValue(ADC_HandleTypeDef *adc);
HAL_StatusTypeDef HAL_ADC_Start_IT(ADC_HandleTypeDef *adc);
HAL_StatusTypeDef HAL_ADC_Start_DMA(ADC_HandleTypeDef *adc, uint32_t *data, uint32_t length);
void HAL_ADC_IRQHandler(ADC_HandleTypeDef *adc);
void HAL_ADC_ConvCpltCallback(ADC_HandleTypeDef *adc);
void HAL_ADC_ConvHalfCpltCallback(ADC_HandleTypeDef *adc);
void HAL_ADC_MspInit(ADC_HandleTypeDef *adc);
#endif
