/* The device header by the name that code for the whole family includes. */
#ifndef STM32F4XX_H
#define STM32F4XX_H
#ifndef STM32F407xx
#define STM32F407xx
#endif
#ifndef STM32F4
#define STM32F4
#endif
#include "stm32f407xx.h"
#ifdef USE_HAL_DRIVER
#include "stm32f4xx_hal.h"
#endif
#endif
