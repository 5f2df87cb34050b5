#include <stddef.h>
#include <stdint.h>

size_t @{top}(const @{kind} *left, const @{kind} *right, size_t size)
{
    size_t index = 0;
    while (index < size && left[index] == right[index])
        index++;
    return index;
}
