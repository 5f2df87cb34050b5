#include <stddef.h>
#include <stdint.h>

void @{top}(uint32_t *restrict output, const uint32_t *restrict input, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        uint32_t root = 0;
        for (uint32_t bit = 1u << 15; bit; bit >>= 1) {
            uint64_t next = root | bit;
            if (next * next <= input[index])
                root = (uint32_t)next;
        }
        @{correction}
        output[index] = root;
    }
}
