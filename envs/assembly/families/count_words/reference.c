#include <stddef.h>
#include <stdint.h>

size_t @{top}(const uint8_t *text, size_t size)
{
    size_t words = 0;
    int inside = 0;
    for (size_t index = 0; index < size; index++) {
        int letter = text[index] > @{blank};
        if (letter && !inside)
            words++;
        inside = letter;
    }
    return words;
}
