/* What runs before main: vector table, memory, floating point. Written for this package. */
#include <stdint.h>
#include "stm32f4xx.h"

extern uint32_t _estack, _sidata, _sdata, _edata, _sbss, _ebss, _siccmram, _sccmram, _eccmram;
extern void (*__preinit_array_start[])(void), (*__preinit_array_end[])(void);
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);
int main(void);
void Reset_Handler(void);
void Default_Handler(void);

__attribute__((naked, noreturn, used)) void Default_Handler(void) { __asm volatile("b ."); }

/* Weak, as a program may bring its own, which is then in charge of what this one does. */
__attribute__((weak)) void SystemInit(void) {
    /* Full access to the floating-point unit, as the compiler uses it. */
    SCB->CPACR |= 0xFUL << 20;
    __DSB();
    __ISB();
}

__attribute__((noreturn, used)) void Reset_Handler(void) {
    uint32_t *from = &_sidata, *to;
    SystemInit();
    for (to = &_sdata; to < &_edata;) *to++ = *from++;
    for (to = &_sbss; to < &_ebss;) *to++ = 0;
    for (from = &_siccmram, to = &_sccmram; to < &_eccmram;) *to++ = *from++;
    for (void (**call)(void) = __preinit_array_start; call < __preinit_array_end; call++) (*call)();
    for (void (**call)(void) = __init_array_start; call < __init_array_end; call++) (*call)();
    main();
    for (;;) __asm volatile("b .");
}

#define WEAK_HANDLER(name) __attribute__((weak, alias("Default_Handler"))) void name(void);
#include "vectors.h"
