#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

void @{top}(uint64_t *restrict output, const uint64_t *restrict input, size_t size, uint64_t mask)
{
    for (size_t index = 0; index < size; index++)
        output[index] = _@{instruction}_u64(input[index], mask);
}
