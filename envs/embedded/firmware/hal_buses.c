/* Serial ports, SPI and I2C of the reduced HAL. */
#include "stm32f4xx_hal.h"

static int late(uint32_t start, uint32_t timeout) { return timeout != HAL_MAX_DELAY && HAL_GetTick() - start > timeout; }

__WEAK void HAL_UART_MspInit(UART_HandleTypeDef *uart) { UNUSED(uart); }
__WEAK void HAL_UART_TxCpltCallback(UART_HandleTypeDef *uart) { UNUSED(uart); }
__WEAK void HAL_UART_RxCpltCallback(UART_HandleTypeDef *uart) { UNUSED(uart); }
__WEAK void HAL_UART_ErrorCallback(UART_HandleTypeDef *uart) { UNUSED(uart); }

HAL_StatusTypeDef HAL_UART_Init(UART_HandleTypeDef *uart) {
    if (uart == NULL || !uart->Init.BaudRate) return HAL_ERROR;
    HAL_UART_MspInit(uart);
    USART_TypeDef *port = uart->Instance;
    uint32_t clock = (port == USART1 || port == USART6) ? HAL_RCC_GetPCLK2Freq() : HAL_RCC_GetPCLK1Freq();
    port->CR1 &= ~USART_CR1_UE;
    port->CR2 = uart->Init.StopBits;
    port->CR3 = uart->Init.HwFlowCtl;
    if (uart->Init.OverSampling == UART_OVERSAMPLING_8) {
        uint32_t divider = (2U * clock + uart->Init.BaudRate / 2U) / uart->Init.BaudRate;
        port->BRR = (divider & ~0xFU) | ((divider & 0xFU) >> 1U);
    } else {
        port->BRR = (clock + uart->Init.BaudRate / 2U) / uart->Init.BaudRate;
    }
    port->CR1 = uart->Init.WordLength | uart->Init.Parity | uart->Init.Mode | uart->Init.OverSampling | USART_CR1_UE;
    uart->TxXferCount = uart->RxXferCount = 0;
    uart->ErrorCode = 0;
    return HAL_OK;
}

static HAL_StatusTypeDef serial_wait(UART_HandleTypeDef *uart, uint32_t flag, uint32_t start, uint32_t timeout) {
    while (!(uart->Instance->SR & flag)) {
        if (late(start, timeout)) return HAL_TIMEOUT;
    }
    return HAL_OK;
}

HAL_StatusTypeDef HAL_UART_Transmit(UART_HandleTypeDef *uart, const uint8_t *data, uint16_t size, uint32_t timeout) {
    if (data == NULL || !size) return HAL_ERROR;
    if (uart->TxXferCount) return HAL_BUSY;
    uint32_t start = HAL_GetTick();
    while (size--) {
        if (serial_wait(uart, USART_SR_TXE, start, timeout) != HAL_OK) return HAL_TIMEOUT;
        uart->Instance->DR = *data++;
    }
    return serial_wait(uart, USART_SR_TC, start, timeout);
}

HAL_StatusTypeDef HAL_UART_Receive(UART_HandleTypeDef *uart, uint8_t *data, uint16_t size, uint32_t timeout) {
    if (data == NULL || !size) return HAL_ERROR;
    if (uart->RxXferCount) return HAL_BUSY;
    uint32_t start = HAL_GetTick();
    uint8_t mask = (uart->Init.Parity != UART_PARITY_NONE && uart->Init.WordLength == UART_WORDLENGTH_8B) ? 0x7F : 0xFF;
    while (size--) {
        if (serial_wait(uart, USART_SR_RXNE, start, timeout) != HAL_OK) return HAL_TIMEOUT;
        *data++ = (uint8_t)uart->Instance->DR & mask;
    }
    return HAL_OK;
}

HAL_StatusTypeDef HAL_UART_Transmit_IT(UART_HandleTypeDef *uart, const uint8_t *data, uint16_t size) {
    if (data == NULL || !size) return HAL_ERROR;
    if (uart->TxXferCount) return HAL_BUSY;
    uart->pTxBuffPtr = data;
    uart->TxXferSize = uart->TxXferCount = size;
    uart->Instance->CR1 |= USART_CR1_TXEIE;
    return HAL_OK;
}

HAL_StatusTypeDef HAL_UART_Receive_IT(UART_HandleTypeDef *uart, uint8_t *data, uint16_t size) {
    if (data == NULL || !size) return HAL_ERROR;
    if (uart->RxXferCount) return HAL_BUSY;
    uart->pRxBuffPtr = data;
    uart->RxXferSize = uart->RxXferCount = size;
    uart->Instance->CR1 |= USART_CR1_RXNEIE;
    return HAL_OK;
}

void HAL_UART_IRQHandler(UART_HandleTypeDef *uart) {
    USART_TypeDef *port = uart->Instance;
    uint32_t status = port->SR, control = port->CR1;
    if ((status & USART_SR_RXNE) && (control & USART_CR1_RXNEIE)) {
        *uart->pRxBuffPtr++ = (uint8_t)port->DR;
        if (--uart->RxXferCount == 0) {
            port->CR1 &= ~USART_CR1_RXNEIE;
            HAL_UART_RxCpltCallback(uart);
        }
    } else if (status & (USART_SR_ORE | USART_SR_FE | USART_SR_NE | USART_SR_PE)) {
        uart->ErrorCode |= status & 0xFU;
        (void)port->DR;
        HAL_UART_ErrorCallback(uart);
    }
    if ((status & USART_SR_TXE) && (control & USART_CR1_TXEIE)) {
        port->DR = *uart->pTxBuffPtr++;
        if (--uart->TxXferCount == 0) {
            port->CR1 = (port->CR1 & ~USART_CR1_TXEIE) | USART_CR1_TCIE;
        }
    } else if ((status & USART_SR_TC) && (control & USART_CR1_TCIE)) {
        port->CR1 &= ~USART_CR1_TCIE;
        HAL_UART_TxCpltCallback(uart);
    }
}

static void sent_by_dma(DMA_HandleTypeDef *dma) {
    UART_HandleTypeDef *uart = dma->Parent;
    uart->TxXferCount = 0;
    uart->Instance->CR3 &= ~USART_CR3_DMAT;
    uart->Instance->CR1 |= USART_CR1_TCIE;
}
static void received_by_dma(DMA_HandleTypeDef *dma) { HAL_UART_RxCpltCallback(dma->Parent); }

HAL_StatusTypeDef HAL_UART_Transmit_DMA(UART_HandleTypeDef *uart, const uint8_t *data, uint16_t size) {
    if (data == NULL || !size || uart->hdmatx == NULL) return HAL_ERROR;
    if (uart->TxXferCount) return HAL_BUSY;
    uart->TxXferCount = size;
    uart->hdmatx->XferCpltCallback = sent_by_dma;
    HAL_DMA_Start_IT(uart->hdmatx, (uint32_t)data, (uint32_t)&uart->Instance->DR, size);
    uart->Instance->SR = ~USART_SR_TC;
    uart->Instance->CR3 |= USART_CR3_DMAT;
    return HAL_OK;
}

HAL_StatusTypeDef HAL_UART_Receive_DMA(UART_HandleTypeDef *uart, uint8_t *data, uint16_t size) {
    if (data == NULL || !size || uart->hdmarx == NULL) return HAL_ERROR;
    uart->hdmarx->XferCpltCallback = received_by_dma;
    HAL_DMA_Start_IT(uart->hdmarx, (uint32_t)&uart->Instance->DR, (uint32_t)data, size);
    uart->Instance->CR3 |= USART_CR3_DMAR;
    return HAL_OK;
}

__WEAK void HAL_SPI_MspInit(SPI_HandleTypeDef *spi) { UNUSED(spi); }

HAL_StatusTypeDef HAL_SPI_Init(SPI_HandleTypeDef *spi) {
    if (spi == NULL) return HAL_ERROR;
    HAL_SPI_MspInit(spi);
    spi->Instance->CR1 = 0;
    spi->Instance->CR2 = (spi->Init.NSS >> 16U) & SPI_CR2_SSOE;
    spi->Instance->CR1 = spi->Init.Mode | spi->Init.Direction | spi->Init.DataSize | spi->Init.CLKPolarity | spi->Init.CLKPhase |
                         (spi->Init.NSS & SPI_CR1_SSM) | spi->Init.BaudRatePrescaler | spi->Init.FirstBit;
    return HAL_OK;
}

static HAL_StatusTypeDef spi_move(SPI_HandleTypeDef *spi, const uint8_t *out, uint8_t *in, uint16_t size, uint32_t timeout) {
    SPI_TypeDef *bus = spi->Instance;
    uint32_t start = HAL_GetTick(), wide = spi->Init.DataSize == SPI_DATASIZE_16BIT;
    bus->CR1 |= SPI_CR1_SPE;
    for (uint16_t i = 0; i < size; i++) {
        uint32_t word = out == NULL ? 0U : wide ? ((const uint16_t *)out)[i] : out[i];
        while (!(bus->SR & SPI_SR_TXE)) {
            if (late(start, timeout)) return HAL_TIMEOUT;
        }
        bus->DR = word;
        while (!(bus->SR & SPI_SR_RXNE)) {
            if (late(start, timeout)) return HAL_TIMEOUT;
        }
        word = bus->DR;
        if (in != NULL && wide) ((uint16_t *)in)[i] = (uint16_t)word;
        else if (in != NULL) in[i] = (uint8_t)word;
    }
    while (bus->SR & SPI_SR_BSY) {
        if (late(start, timeout)) return HAL_TIMEOUT;
    }
    return HAL_OK;
}
HAL_StatusTypeDef HAL_SPI_Transmit(SPI_HandleTypeDef *spi, const uint8_t *data, uint16_t size, uint32_t timeout) {
    return data == NULL || !size ? HAL_ERROR : spi_move(spi, data, NULL, size, timeout);
}
HAL_StatusTypeDef HAL_SPI_Receive(SPI_HandleTypeDef *spi, uint8_t *data, uint16_t size, uint32_t timeout) {
    return data == NULL || !size ? HAL_ERROR : spi_move(spi, NULL, data, size, timeout);
}
HAL_StatusTypeDef HAL_SPI_TransmitReceive(SPI_HandleTypeDef *spi, const uint8_t *out, uint8_t *in, uint16_t size, uint32_t timeout) {
    return out == NULL || in == NULL || !size ? HAL_ERROR : spi_move(spi, out, in, size, timeout);
}

__WEAK void HAL_I2C_MspInit(I2C_HandleTypeDef *i2c) { UNUSED(i2c); }

HAL_StatusTypeDef HAL_I2C_Init(I2C_HandleTypeDef *i2c) {
    if (i2c == NULL || !i2c->Init.ClockSpeed) return HAL_ERROR;
    HAL_I2C_MspInit(i2c);
    I2C_TypeDef *bus = i2c->Instance;
    uint32_t clock = HAL_RCC_GetPCLK1Freq(), megahertz = clock / 1000000U, speed = i2c->Init.ClockSpeed, ratio;
    bus->CR1 &= ~I2C_CR1_PE;
    bus->CR2 = megahertz;
    if (speed <= 100000U) {
        ratio = (clock + 2U * speed - 1U) / (2U * speed);
        bus->TRISE = megahertz + 1U;
        bus->CCR = ratio < 4U ? 4U : ratio;
    } else {
        uint32_t steps = i2c->Init.DutyCycle == I2C_DUTYCYCLE_2 ? 3U : 25U;
        ratio = (clock + steps * speed - 1U) / (steps * speed);
        bus->TRISE = megahertz * 300U / 1000U + 1U;
        bus->CCR = I2C_CCR_FS | i2c->Init.DutyCycle | (ratio ? ratio : 1U);
    }
    bus->OAR1 = i2c->Init.AddressingMode | i2c->Init.OwnAddress1;
    bus->CR1 = i2c->Init.GeneralCallMode | i2c->Init.NoStretchMode | I2C_CR1_PE;
    return HAL_OK;
}

static HAL_StatusTypeDef i2c_wait(I2C_TypeDef *bus, uint32_t flag, uint32_t start, uint32_t timeout) {
    while (!(bus->SR1 & flag)) {
        if (bus->SR1 & I2C_SR1_AF) {
            bus->CR1 |= I2C_CR1_STOP;
            bus->SR1 = ~I2C_SR1_AF;
            return HAL_ERROR;
        }
        if (late(start, timeout)) return HAL_TIMEOUT;
    }
    return HAL_OK;
}

static HAL_StatusTypeDef i2c_address(I2C_TypeDef *bus, uint32_t address, uint32_t start, uint32_t timeout) {
    bus->CR1 |= I2C_CR1_START;
    HAL_StatusTypeDef status = i2c_wait(bus, I2C_SR1_SB, start, timeout);
    if (status != HAL_OK) return status;
    bus->DR = address;
    return i2c_wait(bus, I2C_SR1_ADDR, start, timeout);
}

static HAL_StatusTypeDef i2c_send(I2C_TypeDef *bus, const uint8_t *data, uint16_t size, uint32_t start, uint32_t timeout) {
    while (size--) {
        HAL_StatusTypeDef status = i2c_wait(bus, I2C_SR1_TXE, start, timeout);
        if (status != HAL_OK) return status;
        bus->DR = *data++;
    }
    return i2c_wait(bus, I2C_SR1_BTF, start, timeout);
}

static HAL_StatusTypeDef i2c_receive(I2C_TypeDef *bus, uint32_t address, uint8_t *data, uint16_t size, uint32_t start, uint32_t timeout) {
    HAL_StatusTypeDef status;
    bus->CR1 |= I2C_CR1_ACK;
    if (size == 2U) bus->CR1 |= I2C_CR1_POS;
    status = i2c_address(bus, address | 1U, start, timeout);
    if (status != HAL_OK) return status;
    if (size <= 2U) bus->CR1 &= ~I2C_CR1_ACK;
    (void)bus->SR2;
    if (size == 1U) {
        bus->CR1 |= I2C_CR1_STOP;
        status = i2c_wait(bus, I2C_SR1_RXNE, start, timeout);
        if (status == HAL_OK) *data = (uint8_t)bus->DR;
        return status;
    }
    while (size > 3U) {
        status = i2c_wait(bus, I2C_SR1_RXNE, start, timeout);
        if (status != HAL_OK) return status;
        *data++ = (uint8_t)bus->DR;
        size--;
    }
    status = i2c_wait(bus, I2C_SR1_BTF, start, timeout);
    if (status != HAL_OK) return status;
    if (size == 3U) {
        bus->CR1 &= ~I2C_CR1_ACK;
        *data++ = (uint8_t)bus->DR;
        status = i2c_wait(bus, I2C_SR1_BTF, start, timeout);
        if (status != HAL_OK) return status;
    }
    bus->CR1 |= I2C_CR1_STOP;
    *data++ = (uint8_t)bus->DR;
    *data = (uint8_t)bus->DR;
    bus->CR1 &= ~I2C_CR1_POS;
    return HAL_OK;
}

HAL_StatusTypeDef HAL_I2C_Master_Transmit(I2C_HandleTypeDef *i2c, uint16_t address, uint8_t *data, uint16_t size, uint32_t timeout) {
    uint32_t start = HAL_GetTick();
    HAL_StatusTypeDef status = i2c_address(i2c->Instance, address & 0xFEU, start, timeout);
    if (status != HAL_OK) return status;
    (void)i2c->Instance->SR2;
    status = i2c_send(i2c->Instance, data, size, start, timeout);
    if (status == HAL_OK) i2c->Instance->CR1 |= I2C_CR1_STOP;
    return status;
}
HAL_StatusTypeDef HAL_I2C_Master_Receive(I2C_HandleTypeDef *i2c, uint16_t address, uint8_t *data, uint16_t size, uint32_t timeout) {
    return !size ? HAL_ERROR : i2c_receive(i2c->Instance, address & 0xFEU, data, size, HAL_GetTick(), timeout);
}

static HAL_StatusTypeDef i2c_place(I2C_TypeDef *bus, uint16_t address, uint16_t place, uint16_t width, uint32_t start, uint32_t timeout) {
    uint8_t bytes[2] = {(uint8_t)(place >> 8U), (uint8_t)place};
    HAL_StatusTypeDef status = i2c_address(bus, address & 0xFEU, start, timeout);
    if (status != HAL_OK) return status;
    (void)bus->SR2;
    return width == I2C_MEMADD_SIZE_16BIT ? i2c_send(bus, bytes, 2U, start, timeout) : i2c_send(bus, bytes + 1, 1U, start, timeout);
}
HAL_StatusTypeDef HAL_I2C_Mem_Write(I2C_HandleTypeDef *i2c, uint16_t address, uint16_t place, uint16_t width, uint8_t *data,
                                    uint16_t size, uint32_t timeout) {
    uint32_t start = HAL_GetTick();
    HAL_StatusTypeDef status = i2c_place(i2c->Instance, address, place, width, start, timeout);
    if (status == HAL_OK) status = i2c_send(i2c->Instance, data, size, start, timeout);
    if (status == HAL_OK) i2c->Instance->CR1 |= I2C_CR1_STOP;
    return status;
}
HAL_StatusTypeDef HAL_I2C_Mem_Read(I2C_HandleTypeDef *i2c, uint16_t address, uint16_t place, uint16_t width, uint8_t *data,
                                   uint16_t size, uint32_t timeout) {
    uint32_t start = HAL_GetTick();
    HAL_StatusTypeDef status = i2c_place(i2c->Instance, address, place, width, start, timeout);
    return status != HAL_OK ? status : i2c_receive(i2c->Instance, address & 0xFEU, data, size, start, timeout);
}
HAL_StatusTypeDef HAL_I2C_IsDeviceReady(I2C_HandleTypeDef *i2c, uint16_t address, uint32_t trials, uint32_t timeout) {
    while (trials--) {
        if (i2c_address(i2c->Instance, address & 0xFEU, HAL_GetTick(), timeout) == HAL_OK) {
            (void)i2c->Instance->SR2;
            i2c->Instance->CR1 |= I2C_CR1_STOP;
            return HAL_OK;
        }
    }
    return HAL_ERROR;
}
