#include <stddef.h>
#include <stdint.h>

void @{top}(@{kind} *restrict output, const @{kind} *restrict left, const @{kind} *restrict right, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        int value = left[index] @{sign} right[index];
        if (value > @{high})
            value = @{high};
        if (value < @{low})
            value = @{low};
        output[index] = (@{kind})value;
    }
}
