#include <stddef.h>
#include <stdint.h>

size_t @{top}(int32_t *restrict output, const int32_t *restrict input, size_t size, int32_t limit)
{
    size_t kept = 0;
    for (size_t index = 0; index < size; index++) {
        output[kept] = input[index];
        kept += input[index] @{relation} limit;
    }
    return kept;
}
