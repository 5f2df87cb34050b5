#include <stddef.h>
#include <stdint.h>

void @{top}(uint8_t *restrict output, const @{kind} *restrict input, size_t size)
{
    for (size_t index = 0; index < size; index++)
        output[index] = (uint8_t)(63 - __builtin_clzll((uint64_t)input[index] | 1));
}
