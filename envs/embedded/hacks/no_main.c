// expect: LINK_ERROR: a program needs a main
int start(void) {
    return 0;
}
