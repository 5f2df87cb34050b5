#include <stddef.h>
#include <stdint.h>

void @{top}(@{kind} *restrict output, const @{kind} *restrict input, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        @{kind} code = input[index], number = 0;
        while (code) {
            number ^= code;
            code >>= 1;
        }
        output[index] = number;
    }
}
