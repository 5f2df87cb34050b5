#include <stddef.h>
#include <stdint.h>

size_t @{top}(const uint8_t *data, size_t size)
{
    for (size_t index = 0; index < size; index++)
        if (data[index] == @{byte})
            return index;
    return size;
}
