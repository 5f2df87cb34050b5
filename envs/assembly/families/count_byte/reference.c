#include <stddef.h>
#include <stdint.h>

size_t @{top}(const uint8_t *data, size_t size)
{
    size_t count = 0;
    for (size_t index = 0; index < size; index++)
        count += data[index] == @{byte};
    return count;
}
