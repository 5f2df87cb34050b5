# expect: COMPILATION_ERROR: it is no assembly
int @{top}(void) { return 0; }
