#include <stddef.h>
#include <stdint.h>

static uint64_t spread(uint64_t value)
{
    value = (value | value << 16) & 0x0000FFFF0000FFFF;
    value = (value | value << 8) & 0x00FF00FF00FF00FF;
    value = (value | value << 4) & 0x0F0F0F0F0F0F0F0F;
    value = (value | value << 2) & 0x3333333333333333;
    return (value | value << 1) & 0x5555555555555555;
}

void @{top}(uint64_t *restrict output, const uint32_t *restrict x, const uint32_t *restrict y, size_t size)
{
    for (size_t index = 0; index < size; index++)
        output[index] = spread(@{low}[index]) | spread(@{high}[index]) << 1;
}
