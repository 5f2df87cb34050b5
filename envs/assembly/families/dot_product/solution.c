#include <stddef.h>
#include <stdint.h>

@{kind} @{top}(const @{kind} *left, const @{kind} *right, size_t size)
{
    @{kind} sums[16] = {0}, sum = 0;
    size_t index = 0;
    for (; index + 16 <= size; index += 16)
        for (size_t lane = 0; lane < 16; lane++) {
            @{kind} term = left[index + lane] @{mark} right[index + lane];
            sums[lane] += @{lane_term};
        }
    for (; index < size; index++) {
        @{kind} term = left[index] @{mark} right[index];
        sum += @{lane_term};
    }
    for (size_t lane = 0; lane < 16; lane++)
        sum += sums[lane];
    return sum;
}
