#include <stddef.h>
#include <stdint.h>

void @{top}(@{kind} *restrict output, const @{kind} *restrict input, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        uint64_t number = input[index];
        for (int shift = 1; shift < 64; shift *= 2)
            number ^= number >> shift;
        output[index] = (@{kind})number;
    }
}
