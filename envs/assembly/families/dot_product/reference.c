#include <stddef.h>
#include <stdint.h>

@{kind} @{top}(const @{kind} *left, const @{kind} *right, size_t size)
{
    @{kind} sum = 0;
    for (size_t index = 0; index < size; index++) {
        @{before}
        sum += @{term};
    }
    return sum;
}
