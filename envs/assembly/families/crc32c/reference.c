#include <stddef.h>
#include <stdint.h>

uint32_t @{top}(const uint8_t *data, size_t size, uint32_t start)
{
    uint32_t sum = @{inverse}start;
    for (size_t index = 0; index < size; index++) {
        sum ^= data[index];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0x82F63B78 : 0);
    }
    return @{inverse}sum;
}
