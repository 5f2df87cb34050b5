#include <stddef.h>
#include <stdint.h>

void @{top}(uint8_t *restrict output, const uint8_t *restrict input, size_t size, const uint8_t *restrict table)
{
    for (size_t index = 0; index < size; index++)
        output[index] = table[input[index] @{part}];
}
