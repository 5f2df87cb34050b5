#include "stm32f4xx_hal.h"

#define MEMORY (@{address_hex} << 1)

static I2C_HandleTypeDef bus = {.Instance = @{bus}};
static UART_HandleTypeDef port = {.Instance = @{port}};

void SysTick_Handler(void) {
    HAL_IncTick();
}

static void carry(GPIO_TypeDef *gpio, uint16_t pin, uint32_t mode, uint32_t function) {
    GPIO_InitTypeDef init = {.Pin = pin, .Mode = mode, .Alternate = function};
    HAL_GPIO_Init(gpio, &init);
}

static void store(uint8_t place, uint8_t *data, uint8_t count) {
    while (count) {
        uint8_t room = @{page_size} - place % @{page_size};
        uint8_t part = count < room ? count : room;
        HAL_I2C_Mem_Write(&bus, MEMORY, place, I2C_MEMADD_SIZE_8BIT, data, part, HAL_MAX_DELAY);
        while (HAL_I2C_IsDeviceReady(&bus, MEMORY, 1, HAL_MAX_DELAY) != HAL_OK) {
        }
        place += part;
        data += part;
        count -= part;
    }
}

int main(void) {
    HAL_Init();
@{gates}
    __HAL_RCC_@{bus}_CLK_ENABLE();
    __HAL_RCC_@{port}_CLK_ENABLE();
    carry(@{scl_gpio}, @{scl_bit}, GPIO_MODE_AF_OD, @{scl_function});
    carry(@{sda_gpio}, @{sda_bit}, GPIO_MODE_AF_OD, @{sda_function});
    carry(@{tx_gpio}, @{tx_bit}, GPIO_MODE_AF_PP, @{tx_function});
    carry(@{rx_gpio}, @{rx_bit}, GPIO_MODE_AF_PP, @{rx_function});

    bus.Init.ClockSpeed = 100000;
    HAL_I2C_Init(&bus);
    port.Init.BaudRate = 115200;
    port.Init.Mode = UART_MODE_TX_RX;
    HAL_UART_Init(&port);

    uint8_t head[3], data[16];
    for (;;) {
        HAL_UART_Receive(&port, head, 3, HAL_MAX_DELAY);
        if (head[0] == 'w') {
            HAL_UART_Receive(&port, data, head[2], HAL_MAX_DELAY);
            store(head[1], data, head[2]);
            data[0] = 'k';
            HAL_UART_Transmit(&port, data, 1, HAL_MAX_DELAY);
        } else {
            HAL_I2C_Mem_Read(&bus, MEMORY, head[1], I2C_MEMADD_SIZE_8BIT, data, head[2], HAL_MAX_DELAY);
            HAL_UART_Transmit(&port, data, head[2], HAL_MAX_DELAY);
        }
    }
}
