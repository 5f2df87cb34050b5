#include <stddef.h>
#include <stdint.h>

void @{top}(uint64_t *restrict output, const uint64_t *restrict input, size_t size, uint64_t mask)
{
    for (size_t index = 0; index < size; index++) {
        uint64_t word = input[index], result = 0;
        unsigned next = 0;
        for (unsigned bit = 0; bit < 64; bit++) {
            if (mask >> bit & 1) {
                @{step}
                next++;
            }
        }
        output[index] = result;
    }
}
