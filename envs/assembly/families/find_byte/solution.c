#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

size_t @{top}(const uint8_t *data, size_t size)
{
    const __m128i wanted = _mm_set1_epi8((char)@{byte});
    size_t index = 0;
    for (; index + 16 <= size; index += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(data + index));
        unsigned found = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));
        if (found)
            return index + (size_t)__builtin_ctz(found);
    }
    while (index < size && data[index] != @{byte})
        index++;
    return index;
}
