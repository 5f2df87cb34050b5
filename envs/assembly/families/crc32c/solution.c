#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

uint32_t @{top}(const uint8_t *data, size_t size, uint32_t start)
{
    uint64_t sum = @{inverse}start;
    for (; size >= 8; size -= 8, data += 8)
        sum = _mm_crc32_u64(sum, *(const uint64_t __attribute__((aligned(1), may_alias)) *)data);
    for (; size; size--)
        sum = _mm_crc32_u8((uint32_t)sum, *data++);
    return @{inverse}(uint32_t)sum;
}
