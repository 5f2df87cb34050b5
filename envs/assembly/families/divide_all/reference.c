#include <stddef.h>
#include <stdint.h>

void @{top}(int32_t *restrict output, const int32_t *restrict input, size_t size, int32_t divisor)
{
    for (size_t index = 0; index < size; index++)
        output[index] = input[index] @{operation} divisor;
}
