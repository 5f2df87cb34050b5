#include <stddef.h>
#include <stdint.h>

void @{top}(uint32_t *restrict output, const uint8_t *restrict text, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        uint32_t value = 0;
        for (size_t digit = 0; digit < 8; digit++)
            value = value * 10 + (text[8 * index + @{place}] - '0');
        output[index] = value;
    }
}
