// expect: REJECTED: headers are included by their name
#include "../../../../etc/hostname"
int main(void) {
    return 0;
}
