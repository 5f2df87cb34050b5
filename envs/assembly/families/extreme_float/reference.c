#include <stddef.h>
#include <stdint.h>

@{kind} @{top}(const @{kind} *data, size_t size)
{
    @{kind} found = data[0];
    for (size_t index = 1; index < size; index++)
        if (data[index] @{sign} found)
            found = data[index];
    return found;
}
