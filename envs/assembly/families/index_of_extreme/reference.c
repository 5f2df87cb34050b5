#include <stddef.h>
#include <stdint.h>

size_t @{top}(const int32_t *data, size_t size)
{
    size_t best = 0;
    for (size_t index = 1; index < size; index++)
        if (data[index] @{relation} data[best])
            best = index;
    return best;
}
