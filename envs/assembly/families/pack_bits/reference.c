#include <stddef.h>
#include <stdint.h>

void @{top}(uint8_t *restrict output, const uint8_t *restrict flags, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        unsigned packed = 0;
        for (unsigned bit = 0; bit < 8; bit++)
            packed |= (unsigned)(flags[8 * index + bit] @{test}) << bit;
        output[index] = (uint8_t)packed;
    }
}
