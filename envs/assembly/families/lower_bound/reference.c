#include <stddef.h>
#include <stdint.h>

void @{top}(uint32_t *restrict places, const int32_t *restrict keys, size_t count, const int32_t *restrict table, size_t size)
{
    for (size_t index = 0; index < count; index++) {
        size_t low = 0, high = size;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (table[middle] @{relation} keys[index])
                low = middle + 1;
            else
                high = middle;
        }
        places[index] = (uint32_t)low;
    }
}
