#include <stddef.h>
#include <stdint.h>

void @{top}(uint8_t *restrict output, const @{kind} *restrict input, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        @{kind} value = input[index];
        uint8_t halvings = 0;
        while (value > 1) {
            value >>= 1;
            halvings++;
        }
        output[index] = halvings;
    }
}
