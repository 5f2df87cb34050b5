#include <stddef.h>
#include <stdint.h>

void @{top}(uint64_t *restrict output, const uint64_t *restrict left, const uint64_t *restrict right, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        uint64_t a = left[index], b = right[index];
        while (b) {
            uint64_t rest = a % b;
            a = b;
            b = rest;
        }
        output[index] = @{answer};
    }
}
