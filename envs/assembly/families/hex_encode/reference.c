#include <stddef.h>
#include <stdint.h>

void @{top}(uint8_t *restrict output, const uint8_t *restrict input, size_t size)
{
    static const uint8_t digits[16] = "@{digits}";
    for (size_t index = 0; index < size; index++) {
        output[2 * index] = digits[input[index] >> 4];
        output[2 * index + 1] = digits[input[index] & 15];
    }
}
