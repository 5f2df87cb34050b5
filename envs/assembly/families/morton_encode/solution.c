#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

void @{top}(uint64_t *restrict output, const uint32_t *restrict x, const uint32_t *restrict y, size_t size)
{
    for (size_t index = 0; index < size; index++)
        output[index] = _pdep_u64(@{low}[index], 0x5555555555555555) | _pdep_u64(@{high}[index], 0xAAAAAAAAAAAAAAAA);
}
