/* The processor's own peripherals and instructions by their CMSIS names (ARMv7-M ARM, B3; Cortex-M4 TRM). */
#ifndef CORE_CM4_H
#define CORE_CM4_H
#include <stdint.h>

#define __I volatile const
#define __O volatile
#define __IO volatile
#define __IM volatile const
#define __OM volatile
#define __IOM volatile
#define __CORTEX_M 4U
#define __FPU_USED 1U
#define __ASM __asm
#define __INLINE inline
#define __STATIC_INLINE static inline
#define __STATIC_FORCEINLINE __attribute__((always_inline)) static inline
#define __NO_RETURN __attribute__((__noreturn__))
#define __USED __attribute__((used))
#define __WEAK __attribute__((weak))
#define __PACKED __attribute__((packed, aligned(1)))
#define __ALIGNED(x) __attribute__((aligned(x)))
#define __UNUSED __attribute__((unused))

typedef struct {
    __IOM uint32_t ISER[8];
    uint32_t RESERVED0[24];
    __IOM uint32_t ICER[8];
    uint32_t RESERVED1[24];
    __IOM uint32_t ISPR[8];
    uint32_t RESERVED2[24];
    __IOM uint32_t ICPR[8];
    uint32_t RESERVED3[24];
    __IOM uint32_t IABR[8];
    uint32_t RESERVED4[56];
    __IOM uint8_t IP[240];
    uint32_t RESERVED5[644];
    __OM uint32_t STIR;
} NVIC_Type;

typedef struct {
    __IM uint32_t CPUID;
    __IOM uint32_t ICSR, VTOR, AIRCR, SCR, CCR;
    __IOM uint8_t SHP[12];
    __IOM uint32_t SHCSR, CFSR, HFSR, DFSR, MMFAR, BFAR, AFSR;
    __IM uint32_t PFR[2], DFR, ADR, MMFR[4], ISAR[5];
    uint32_t RESERVED0[5];
    __IOM uint32_t CPACR;
} SCB_Type;

typedef struct {
    __IOM uint32_t CTRL, LOAD, VAL;
    __IM uint32_t CALIB;
} SysTick_Type;

typedef struct {
    uint32_t RESERVED0;
    __IOM uint32_t FPCCR, FPCAR, FPDSCR;
    __IM uint32_t MVFR0, MVFR1;
} FPU_Type;

typedef struct {
    __IOM uint32_t CTRL, CYCCNT, CPICNT, EXCCNT, SLEEPCNT, LSUCNT, FOLDCNT;
    __IM uint32_t PCSR;
} DWT_Type;

typedef struct {
    __IOM uint32_t DHCSR;
    __OM uint32_t DCRSR;
    __IOM uint32_t DCRDR, DEMCR;
} CoreDebug_Type;

#define SCS_BASE 0xE000E000UL
#define SysTick_BASE 0xE000E010UL
#define NVIC_BASE 0xE000E100UL
#define SCB_BASE 0xE000ED00UL
#define FPU_BASE 0xE000EF30UL
#define DWT_BASE 0xE0001000UL
#define CoreDebug_BASE 0xE000EDF0UL
#define SysTick ((SysTick_Type *)SysTick_BASE)
#define NVIC ((NVIC_Type *)NVIC_BASE)
#define SCB ((SCB_Type *)SCB_BASE)
#define FPU ((FPU_Type *)FPU_BASE)
#define DWT ((DWT_Type *)DWT_BASE)
#define CoreDebug ((CoreDebug_Type *)CoreDebug_BASE)

#define SysTick_CTRL_ENABLE_Pos 0U
#define SysTick_CTRL_ENABLE_Msk (1UL)
#define SysTick_CTRL_TICKINT_Pos 1U
#define SysTick_CTRL_TICKINT_Msk (1UL << 1)
#define SysTick_CTRL_CLKSOURCE_Pos 2U
#define SysTick_CTRL_CLKSOURCE_Msk (1UL << 2)
#define SysTick_CTRL_COUNTFLAG_Pos 16U
#define SysTick_CTRL_COUNTFLAG_Msk (1UL << 16)
#define SysTick_LOAD_RELOAD_Msk 0xFFFFFFUL
#define SysTick_VAL_CURRENT_Msk 0xFFFFFFUL
#define SCB_ICSR_VECTACTIVE_Msk 0x1FFUL
#define SCB_ICSR_PENDSTCLR_Msk (1UL << 25)
#define SCB_ICSR_PENDSTSET_Msk (1UL << 26)
#define SCB_ICSR_PENDSVCLR_Msk (1UL << 27)
#define SCB_ICSR_PENDSVSET_Msk (1UL << 28)
#define SCB_ICSR_NMIPENDSET_Msk (1UL << 31)
#define SCB_AIRCR_VECTKEY_Pos 16U
#define SCB_AIRCR_VECTKEY_Msk (0xFFFFUL << 16)
#define SCB_AIRCR_PRIGROUP_Pos 8U
#define SCB_AIRCR_PRIGROUP_Msk (7UL << 8)
#define SCB_AIRCR_SYSRESETREQ_Msk (1UL << 2)
#define SCB_SCR_SLEEPONEXIT_Msk (1UL << 1)
#define SCB_SCR_SLEEPDEEP_Msk (1UL << 2)
#define SCB_SCR_SEVONPEND_Msk (1UL << 4)
#define SCB_CCR_UNALIGN_TRP_Msk (1UL << 3)
#define SCB_CCR_DIV_0_TRP_Msk (1UL << 4)
#define SCB_CCR_STKALIGN_Msk (1UL << 9)
#define SCB_SHCSR_MEMFAULTENA_Msk (1UL << 16)
#define SCB_SHCSR_BUSFAULTENA_Msk (1UL << 17)
#define SCB_SHCSR_USGFAULTENA_Msk (1UL << 18)
#define SCB_HFSR_VECTTBL_Msk (1UL << 1)
#define SCB_HFSR_FORCED_Msk (1UL << 30)
#define SCB_CFSR_IACCVIOL_Msk (1UL << 0)
#define SCB_CFSR_IBUSERR_Msk (1UL << 8)
#define SCB_CFSR_PRECISERR_Msk (1UL << 9)
#define SCB_CFSR_IMPRECISERR_Msk (1UL << 10)
#define SCB_CFSR_BFARVALID_Msk (1UL << 15)
#define SCB_CFSR_UNDEFINSTR_Msk (1UL << 16)
#define SCB_CFSR_INVSTATE_Msk (1UL << 17)
#define SCB_CFSR_UNALIGNED_Msk (1UL << 24)
#define SCB_CFSR_DIVBYZERO_Msk (1UL << 25)
#define DWT_CTRL_CYCCNTENA_Pos 0U
#define DWT_CTRL_CYCCNTENA_Msk (1UL)
#define CoreDebug_DEMCR_TRCENA_Pos 24U
#define CoreDebug_DEMCR_TRCENA_Msk (1UL << 24)

__STATIC_FORCEINLINE void __NOP(void) { __ASM volatile("nop"); }
__STATIC_FORCEINLINE void __WFI(void) { __ASM volatile("wfi" ::: "memory"); }
__STATIC_FORCEINLINE void __WFE(void) { __ASM volatile("wfe" ::: "memory"); }
__STATIC_FORCEINLINE void __SEV(void) { __ASM volatile("sev"); }
__STATIC_FORCEINLINE void __ISB(void) { __ASM volatile("isb 0xF" ::: "memory"); }
__STATIC_FORCEINLINE void __DSB(void) { __ASM volatile("dsb 0xF" ::: "memory"); }
__STATIC_FORCEINLINE void __DMB(void) { __ASM volatile("dmb 0xF" ::: "memory"); }
__STATIC_FORCEINLINE void __enable_irq(void) { __ASM volatile("cpsie i" ::: "memory"); }
__STATIC_FORCEINLINE void __disable_irq(void) { __ASM volatile("cpsid i" ::: "memory"); }
__STATIC_FORCEINLINE void __enable_fault_irq(void) { __ASM volatile("cpsie f" ::: "memory"); }
__STATIC_FORCEINLINE void __disable_fault_irq(void) { __ASM volatile("cpsid f" ::: "memory"); }

#define CORE_READ_(name, text)                              \
    __STATIC_FORCEINLINE uint32_t __get_##name(void) {      \
        uint32_t result;                                    \
        __ASM volatile("mrs %0, " text : "=r"(result));     \
        return result;                                      \
    }
#define CORE_WRITE_(name, text)                             \
    __STATIC_FORCEINLINE void __set_##name(uint32_t value) { __ASM volatile("msr " text ", %0" : : "r"(value) : "memory"); }
CORE_READ_(PRIMASK, "primask")
CORE_WRITE_(PRIMASK, "primask")
CORE_READ_(BASEPRI, "basepri")
CORE_WRITE_(BASEPRI, "basepri")
CORE_READ_(FAULTMASK, "faultmask")
CORE_WRITE_(FAULTMASK, "faultmask")
CORE_READ_(CONTROL, "control")
CORE_WRITE_(CONTROL, "control")
CORE_READ_(MSP, "msp")
CORE_WRITE_(MSP, "msp")
CORE_READ_(PSP, "psp")
CORE_WRITE_(PSP, "psp")
CORE_READ_(IPSR, "ipsr")
CORE_READ_(xPSR, "xpsr")

__STATIC_FORCEINLINE uint32_t __RBIT(uint32_t value) {
    uint32_t result;
    __ASM("rbit %0, %1" : "=r"(result) : "r"(value));
    return result;
}
__STATIC_FORCEINLINE uint8_t __CLZ(uint32_t value) { return value ? (uint8_t)__builtin_clz(value) : 32U; }
__STATIC_FORCEINLINE uint32_t __REV(uint32_t value) { return __builtin_bswap32(value); }
__STATIC_FORCEINLINE uint32_t __REV16(uint32_t value) {
    uint32_t result;
    __ASM("rev16 %0, %1" : "=r"(result) : "r"(value));
    return result;
}
__STATIC_FORCEINLINE uint32_t __LDREXW(volatile uint32_t *address) {
    uint32_t result;
    __ASM volatile("ldrex %0, %1" : "=r"(result) : "Q"(*address));
    return result;
}
__STATIC_FORCEINLINE uint32_t __STREXW(uint32_t value, volatile uint32_t *address) {
    uint32_t result;
    __ASM volatile("strex %0, %2, %1" : "=&r"(result), "=Q"(*address) : "r"(value));
    return result;
}
__STATIC_FORCEINLINE void __CLREX(void) { __ASM volatile("clrex" ::: "memory"); }
#define __BKPT(value) __ASM volatile("bkpt " #value)

#define NVIC_PRIORITYGROUP_0 7U
#define NVIC_PRIORITYGROUP_1 6U
#define NVIC_PRIORITYGROUP_2 5U
#define NVIC_PRIORITYGROUP_3 4U
#define NVIC_PRIORITYGROUP_4 3U

__STATIC_INLINE void NVIC_SetPriorityGrouping(uint32_t group) {
    SCB->AIRCR = (SCB->AIRCR & ~(SCB_AIRCR_VECTKEY_Msk | SCB_AIRCR_PRIGROUP_Msk)) | (0x5FAUL << SCB_AIRCR_VECTKEY_Pos) |
                 ((group & 7UL) << SCB_AIRCR_PRIGROUP_Pos);
}
__STATIC_INLINE uint32_t NVIC_GetPriorityGrouping(void) { return (SCB->AIRCR & SCB_AIRCR_PRIGROUP_Msk) >> SCB_AIRCR_PRIGROUP_Pos; }
__STATIC_INLINE void NVIC_EnableIRQ(IRQn_Type irq) {
    if ((int32_t)irq >= 0) { __ASM volatile("" ::: "memory"); NVIC->ISER[(uint32_t)irq >> 5] = 1UL << ((uint32_t)irq & 31U); __ASM volatile("" ::: "memory"); }
}
__STATIC_INLINE uint32_t NVIC_GetEnableIRQ(IRQn_Type irq) {
    return (int32_t)irq >= 0 ? (NVIC->ISER[(uint32_t)irq >> 5] >> ((uint32_t)irq & 31U)) & 1U : 0U;
}
__STATIC_INLINE void NVIC_DisableIRQ(IRQn_Type irq) {
    if ((int32_t)irq >= 0) { NVIC->ICER[(uint32_t)irq >> 5] = 1UL << ((uint32_t)irq & 31U); __DSB(); __ISB(); }
}
__STATIC_INLINE uint32_t NVIC_GetPendingIRQ(IRQn_Type irq) {
    return (int32_t)irq >= 0 ? (NVIC->ISPR[(uint32_t)irq >> 5] >> ((uint32_t)irq & 31U)) & 1U : 0U;
}
__STATIC_INLINE void NVIC_SetPendingIRQ(IRQn_Type irq) {
    if ((int32_t)irq >= 0) NVIC->ISPR[(uint32_t)irq >> 5] = 1UL << ((uint32_t)irq & 31U);
}
__STATIC_INLINE void NVIC_ClearPendingIRQ(IRQn_Type irq) {
    if ((int32_t)irq >= 0) NVIC->ICPR[(uint32_t)irq >> 5] = 1UL << ((uint32_t)irq & 31U);
}
__STATIC_INLINE uint32_t NVIC_GetActive(IRQn_Type irq) {
    return (int32_t)irq >= 0 ? (NVIC->IABR[(uint32_t)irq >> 5] >> ((uint32_t)irq & 31U)) & 1U : 0U;
}
__STATIC_INLINE void NVIC_SetPriority(IRQn_Type irq, uint32_t priority) {
    uint8_t value = (uint8_t)(priority << (8U - 4U));
    if ((int32_t)irq >= 0) NVIC->IP[(uint32_t)irq] = value;
    else SCB->SHP[((uint32_t)irq & 15U) - 4U] = value;
}
__STATIC_INLINE uint32_t NVIC_GetPriority(IRQn_Type irq) {
    return ((int32_t)irq >= 0 ? NVIC->IP[(uint32_t)irq] : SCB->SHP[((uint32_t)irq & 15U) - 4U]) >> (8U - 4U);
}
__STATIC_INLINE uint32_t NVIC_EncodePriority(uint32_t group, uint32_t preempt, uint32_t sub) {
    uint32_t kept = group & 7U;
    uint32_t preempts = (7U - kept) > 4U ? 4U : 7U - kept;
    uint32_t subs = kept + 4U < 7U ? 0U : kept - 7U + 4U;
    return ((preempt & ((1U << preempts) - 1U)) << subs) | (sub & ((1U << subs) - 1U));
}
__NO_RETURN __STATIC_INLINE void NVIC_SystemReset(void) {
    __DSB();
    SCB->AIRCR = (0x5FAUL << SCB_AIRCR_VECTKEY_Pos) | (SCB->AIRCR & SCB_AIRCR_PRIGROUP_Msk) | SCB_AIRCR_SYSRESETREQ_Msk;
    __DSB();
    for (;;) __NOP();
}
__STATIC_INLINE uint32_t SysTick_Config(uint32_t ticks) {
    if (ticks - 1UL > SysTick_LOAD_RELOAD_Msk) return 1UL;
    SysTick->LOAD = ticks - 1UL;
    NVIC_SetPriority(SysTick_IRQn, 15UL);
    SysTick->VAL = 0UL;
    SysTick->CTRL = SysTick_CTRL_CLKSOURCE_Msk | SysTick_CTRL_TICKINT_Msk | SysTick_CTRL_ENABLE_Msk;
    return 0UL;
}
#endif
