#include <stddef.h>
#include <stdint.h>

size_t @{top}(int32_t *restrict output, const int32_t *restrict input, size_t size, int32_t limit)
{
    size_t kept = 0;
    for (size_t index = 0; index < size; index++)
        if (input[index] @{relation} limit)
            output[kept++] = input[index];
    return kept;
}
