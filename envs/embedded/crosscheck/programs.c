/* program: division */
static void test(void) { uint32_t a = 0xFFFFFFF1U, b = 7; int32_t c = -100, d = 7; HIDE(a); HIDE(b); HIDE(c); HIDE(d); word(a / b); word(a % b); word((uint32_t)(c / d)); word((uint32_t)(c % d)); b = 0; HIDE(b); word(a / b); c = (int32_t)0x80000000; d = -1; HIDE(c); HIDE(d); uint32_t q; __asm volatile("sdiv %0, %1, %2" : "=r"(q) : "r"(c), "r"(d)); word(q); }
/* program: multiplication */
static void test(void) { uint32_t a = 0xDEADBEEFU, b = 0x12345678U; HIDE(a); HIDE(b); word(a * b); uint64_t p = (uint64_t)a * b; word((uint32_t)p); word((uint32_t)(p >> 32)); int64_t s = (int64_t)(int32_t)a * (int32_t)b; word((uint32_t)s); word((uint32_t)((uint64_t)s >> 32)); word(a * b + 5); word(5 - a * b); }
/* program: shifts */
static void test(void) { uint32_t a = 0x80000001U; int32_t s = (int32_t)a; for (uint32_t n = 0; n < 32; n += 5) { uint32_t m = n; HIDE(m); word(a << m); word(a >> m); word((uint32_t)(s >> m)); word((a >> m) | (m ? a << (32 - m) : 0)); } uint32_t big = 40, r; __asm volatile("lsl %0, %1, %2" : "=r"(r) : "r"(a), "r"(big)); word(r); }
/* program: bit_fields */
static void test(void) { uint32_t a = 0xA5F00F5AU, r = 0x11111111U; HIDE(a); __asm volatile("ubfx %0, %1, #5, #11" : "=r"(r) : "r"(a)); word(r); __asm volatile("sbfx %0, %1, #4, #8" : "=r"(r) : "r"(a)); word(r); r = 0xFFFFFFFFU; __asm volatile("bfi %0, %1, #8, #12" : "+r"(r) : "r"(a)); word(r); __asm volatile("bfc %0, #3, #9" : "+r"(r)); word(r); word(__RBIT(a)); word(__CLZ(a >> 7)); word(__REV(a)); word(__REV16(a)); }
/* program: saturation */
static void test(void) { int32_t v[] = {-70000, -300, -1, 0, 127, 300, 70000}; for (unsigned i = 0; i < 7; i++) { int32_t x = v[i], r; __asm volatile("ssat %0, #8, %1" : "=r"(r) : "r"(x)); word((uint32_t)r); __asm volatile("usat %0, #8, %1" : "=r"(r) : "r"(x)); word((uint32_t)r); __asm volatile("qadd %0, %1, %2" : "=r"(r) : "r"(x << 15), "r"(x << 15)); word((uint32_t)r); } uint32_t apsr; __asm volatile("mrs %0, apsr" : "=r"(apsr)); word(apsr >> 27 & 1); }
/* program: long_arithmetic */
static void test(void) { uint64_t a = 0xFFFFFFFF00000001ULL, b = 0x1FFFFFFFFULL; __asm volatile("" : "+r"(a), "+r"(b)); uint64_t r[] = {a + b, a - b, b - a, a * b, a / b, a % b, a << 7, a >> 9}; for (unsigned i = 0; i < 8; i++) { word((uint32_t)r[i]); word((uint32_t)(r[i] >> 32)); } }
/* program: flags */
static void test(void) { uint32_t pairs[][2] = {{0, 0}, {1, 2}, {0x7FFFFFFF, 1}, {0x80000000, 0x80000000}, {0xFFFFFFFF, 1}}; for (unsigned i = 0; i < 5; i++) { uint32_t f; __asm volatile("adds r3, %1, %2\n mrs %0, apsr" : "=r"(f) : "r"(pairs[i][0]), "r"(pairs[i][1]) : "r3", "cc"); word(f >> 28); __asm volatile("cmp %1, %2\n mrs %0, apsr" : "=r"(f) : "r"(pairs[i][0]), "r"(pairs[i][1]) : "cc"); word(f >> 28); } }
/* program: conditions */
static void test(void) { for (int32_t a = -2; a < 3; a++) { uint32_t r = 0; __asm volatile("cmp %1, #0\n itete lt\n addlt %0, #1\n addge %0, #2\n addlt %0, #4\n addge %0, #8\n" : "+r"(r) : "r"(a) : "cc"); word(r); __asm volatile("cmp %1, #1\n ittt hi\n movhi %0, #9\n addhi %0, #3\n lslhi %0, #2\n" : "+r"(r) : "r"(a) : "cc"); word(r); } }
/* program: stores_in_conditions */
static volatile uint32_t cell[4];
static void test(void) { for (uint32_t a = 0; a < 6; a++) { uint32_t b = a; HIDE(b); __asm volatile("cmp %0, #3\n ite lo\n strlo %0, [%1]\n strhs %0, [%1, #4]\n" : : "r"(b), "r"(cell) : "cc", "memory"); word(cell[0]); word(cell[1]); } }
/* program: ports_in_conditions */
static void test(void) { RCC->AHB1ENR |= RCC_AHB1ENR_GPIODEN; for (uint32_t a = 0; a < 6; a++) { uint32_t b = a; HIDE(b); __asm volatile("cmp %0, #3\n ite lo\n strlo %1, [%2]\n strhs %0, [%2]\n" : : "r"(b), "r"(b + 100), "r"(&USART1->GTPR) : "cc", "memory"); word(b); word(USART1->GTPR & 0xFF); } }
/* program: table_branch */
static uint32_t pick(uint32_t n) { switch (n) { case 0: return 11; case 1: return 7; case 2: return 13; case 3: return n * 5; case 4: return 99; case 5: return 1; case 6: return n << 4; case 7: return 0xABC; default: return 42; } }
static void test(void) { for (uint32_t n = 0; n < 10; n++) { uint32_t m = n; HIDE(m); word(pick(m)); } }
/* program: block_moves */
static uint32_t from[8] = {1, 2, 3, 4, 5, 6, 7, 8}, to[8];
static void test(void) { uint32_t *a = from, *b = to; __asm volatile("ldmia %0!, {r4-r7}\n stmia %1!, {r4-r7}\n ldmdb %0, {r4, r5}\n stmdb %1!, {r4, r5}\n" : "+r"(a), "+r"(b) : : "r4", "r5", "r6", "r7", "memory"); word((uint32_t)(a - from)); word((uint32_t)(b - to)); for (unsigned i = 0; i < 8; i++) word(to[i]); }
/* program: unaligned */
static uint8_t room[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static void test(void) { for (unsigned i = 0; i < 4; i++) { uint32_t w, h; int32_t s; __asm volatile("ldr %0, [%1]" : "=r"(w) : "r"(room + i)); __asm volatile("ldrh %0, [%1]" : "=r"(h) : "r"(room + i + 1)); __asm volatile("ldrsb %0, [%1]" : "=r"(s) : "r"(room + i)); word(w); word(h); word((uint32_t)s); } uint32_t v = 0xCAFEBABE; __asm volatile("str %0, [%1]" : : "r"(v), "r"(room + 5) : "memory"); for (unsigned i = 4; i < 10; i++) word(room[i]); }
/* program: double_words */
static uint64_t pair[2] = {0x1122334455667788ULL, 0};
static void test(void) { uint32_t a, b; __asm volatile("ldrd %0, %1, [%2]\n strd %1, %0, [%2, #8]" : "=&r"(a), "=&r"(b) : "r"(pair) : "memory"); word(a); word(b); word((uint32_t)pair[1]); word((uint32_t)(pair[1] >> 32)); }
/* program: exclusives */
static volatile uint32_t lock_;
static void test(void) { word(__LDREXW(&lock_)); word(__STREXW(5, &lock_)); word(lock_); (void)__LDREXW(&lock_); __CLREX(); word(__STREXW(9, &lock_)); word(lock_); }
/* program: packed_arithmetic */
static void test(void) { uint32_t a = 0x7F80FF01U, b = 0x01FF0280U, r; HIDE(a); HIDE(b); __asm volatile("uadd8 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b)); word(r); __asm volatile("qsub8 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b)); word(r); __asm volatile("smuad %0, %1, %2" : "=r"(r) : "r"(a), "r"(b)); word(r); __asm volatile("smlad %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(77)); word(r); __asm volatile("usad8 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b)); word(r); __asm volatile("pkhbt %0, %1, %2, lsl #4" : "=r"(r) : "r"(a), "r"(b)); word(r); __asm volatile("uxtab16 %0, %1, %2" : "=r"(r) : "r"(a), "r"(b)); word(r); }
/* program: calls */
static uint32_t __attribute__((noinline)) fold(uint32_t n) { return n < 2 ? n : fold(n - 1) + fold(n - 2); }
static uint32_t twice(uint32_t x) { return 2 * x; } static uint32_t thrice(uint32_t x) { return 3 * x; }
static uint32_t (*const volatile table[])(uint32_t) = {twice, thrice, fold};
static void test(void) { for (unsigned i = 0; i < 3; i++) word(table[i](12)); uint32_t sp; __asm volatile("mov %0, sp" : "=r"(sp)); word(sp & 7); }
/* program: sorting */
static uint32_t data[32];
static void test(void) { uint32_t x = 12345; for (unsigned i = 0; i < 32; i++) { x = x * 1664525U + 1013904223U; data[i] = x; } for (unsigned i = 0; i < 32; i++) for (unsigned j = 0; j + 1 < 32 - i; j++) if (data[j] > data[j + 1]) { uint32_t t = data[j]; data[j] = data[j + 1]; data[j + 1] = t; } for (unsigned i = 0; i < 32; i += 3) word(data[i]); }
/* program: memory_functions */
static char text[40];
static void test(void) { strcpy(text, "a chip of silicon"); word((uint32_t)strlen(text)); memmove(text + 2, text, 10); for (unsigned i = 0; i < 12; i++) word((uint8_t)text[i]); memset(text, 0x5A, 7); word((uint32_t)(memcmp(text, "ZZZZZZZ", 7) == 0)); }
/* program: checksum */
static void test(void) { uint32_t c = 0xFFFFFFFFU; for (uint32_t i = 0; i < 64; i++) { c ^= i * 37 & 0xFF; for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xEDB88320U : c >> 1; } word(~c); }
/* program: bit_banding */
static volatile uint32_t target;
static void test(void) { volatile uint32_t *alias = (volatile uint32_t *)(0x22000000U + ((uint32_t)&target - 0x20000000U) * 32U); alias[3] = 1; alias[31] = 1; word(target); word(alias[3]); word(alias[4]); alias[3] = 0; word(target); }
/* program: float_arithmetic */
static void test(void) { float a = 3.14159f, b = -2.5e-3f; __asm volatile("" : "+t"(a), "+t"(b)); word(bits_of(a + b)); word(bits_of(a - b)); word(bits_of(a * b)); word(bits_of(a / b)); float root; __asm volatile("vsqrt.f32 %0, %1" : "=t"(root) : "t"(a)); word(bits_of(root)); word(bits_of(__builtin_fabsf(b))); word(bits_of(__builtin_fmaf(a, b, a))); word(bits_of(-a)); }
/* program: float_conversions */
static void test(void) { float v[] = {0.5f, 1.5f, -1.5f, 2.5f, 1e10f, -1e10f, 4294967040.0f}; for (unsigned i = 0; i < 7; i++) { float x = v[i]; int32_t s; uint32_t u; __asm volatile("vcvt.s32.f32 s14, %1\n vmov %0, s14" : "=r"(s) : "t"(x) : "s14"); __asm volatile("vcvt.u32.f32 s14, %1\n vmov %0, s14" : "=r"(u) : "t"(x) : "s14"); word((uint32_t)s); word(u); __asm volatile("vcvtr.s32.f32 s14, %1\n vmov %0, s14" : "=r"(s) : "t"(x) : "s14"); word((uint32_t)s); } int32_t n = -7; HIDE(n); word(bits_of((float)n)); uint32_t m = 0xFFFFFFFFU; HIDE(m); word(bits_of((float)m)); }
/* program: float_comparisons */
static void test(void) { float zero = 0.0f; __asm volatile("" : "+t"(zero)); float nan = zero / zero, inf = 1.0f / zero, v[] = {nan, inf, -inf, -0.0f, 0.0f, 1.0f}; for (unsigned i = 0; i < 6; i++) for (unsigned j = 0; j < 6; j++) word((uint32_t)((v[i] < v[j]) | (v[i] == v[j]) << 1 | (v[i] > v[j]) << 2 | (v[i] != v[j]) << 3)); }
/* program: float_limits */
static void test(void) { float tiny = 1.2e-38f, half = 0.5f, big = 3e38f; __asm volatile("" : "+t"(tiny), "+t"(half), "+t"(big)); word(bits_of(tiny * half)); word(bits_of(tiny * half * half)); word(bits_of(big * 2.0f)); word(bits_of(big - big)); word(bits_of(tiny / big)); uint32_t fpscr; __asm volatile("vmrs %0, fpscr" : "=r"(fpscr)); word(fpscr & 0x9F); }
/* program: float_loads */
static float vector[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static void test(void) { float *p = vector; __asm volatile("vldmia %0!, {s0-s3}\n vstmia %0!, {s0-s3}\n" : "+r"(p) : : "s0", "s1", "s2", "s3", "memory"); for (unsigned i = 0; i < 8; i++) word(bits_of(vector[i])); uint32_t a, b; __asm volatile("vmov s4, %2\n vmov s5, %3\n vmov %0, %1, d2" : "=r"(a), "=r"(b) : "r"(0x1234), "r"(0x5678) : "s4", "s5"); word(a); word(b); }
/* program: doubles */
static void test(void) { volatile double a = 1.0 / 3.0, b = 1e-7; double r = a * b + a / b; uint64_t w; memcpy(&w, &r, 8); word((uint32_t)w); word((uint32_t)(w >> 32)); word((uint32_t)(a * 1e6)); }
/* program: supervisor_call */
static volatile uint32_t seen;
void SVC_Handler(void) { uint32_t ipsr; __asm volatile("mrs %0, ipsr" : "=r"(ipsr)); seen = ipsr; }
static void test(void) { __asm volatile("svc #7" ::: "memory"); word(seen); uint32_t ipsr; __asm volatile("mrs %0, ipsr" : "=r"(ipsr)); word(ipsr); }
/* program: supervisor_argument */
static volatile uint32_t number, argument;
void __attribute__((used)) served(uint32_t *frame) { number = ((uint8_t *)frame[6])[-2]; argument = frame[0]; frame[0] = argument * 2 + 1; }
__attribute__((naked)) void SVC_Handler(void) { __asm volatile("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n b served"); }
static void test(void) { register uint32_t r0 __asm("r0") = 20; __asm volatile("svc #42" : "+r"(r0) : : "memory"); uint32_t got = r0; word(number); word(argument); word(got); }
/* program: pended_service */
static volatile uint32_t order, log_[4];
void PendSV_Handler(void) { log_[order++] = 14; }
void SVC_Handler(void) { log_[order++] = 11; SCB->ICSR = SCB_ICSR_PENDSVSET_Msk; __DSB(); log_[order++] = 111; }
static void test(void) { NVIC_SetPriority(PendSV_IRQn, 15); __asm volatile("svc #0" ::: "memory"); __ISB(); for (unsigned i = 0; i < 4; i++) word(log_[i]); word(order); }
/* program: software_interrupt */
static volatile uint32_t count, active;
void TIM2_IRQHandler(void) { count++; active = NVIC_GetActive(TIM2_IRQn) | (SCB->ICSR & 0x1FF) << 8; }
static void test(void) { NVIC_EnableIRQ(TIM2_IRQn); NVIC_SetPendingIRQ(TIM2_IRQn); __DSB(); __ISB(); word(count); word(active); NVIC->STIR = TIM2_IRQn; __DSB(); __ISB(); word(count); NVIC_DisableIRQ(TIM2_IRQn); NVIC_SetPendingIRQ(TIM2_IRQn); __ISB(); word(count); word(NVIC_GetPendingIRQ(TIM2_IRQn)); NVIC_ClearPendingIRQ(TIM2_IRQn); word(NVIC_GetPendingIRQ(TIM2_IRQn)); }
/* program: priorities */
static volatile uint32_t place, trace[8];
void TIM2_IRQHandler(void) { trace[place++] = 2; }
void TIM3_IRQHandler(void) { trace[place++] = 3; }
void TIM4_IRQHandler(void) { trace[place++] = 4; }
static void test(void) { NVIC_SetPriority(TIM2_IRQn, 5); NVIC_SetPriority(TIM3_IRQn, 2); NVIC_SetPriority(TIM4_IRQn, 9); __disable_irq(); NVIC_EnableIRQ(TIM2_IRQn); NVIC_EnableIRQ(TIM3_IRQn); NVIC_EnableIRQ(TIM4_IRQn); NVIC_SetPendingIRQ(TIM4_IRQn); NVIC_SetPendingIRQ(TIM2_IRQn); NVIC_SetPendingIRQ(TIM3_IRQn); word(place); __enable_irq(); __ISB(); for (unsigned i = 0; i < 3; i++) word(trace[i]); }
/* program: equal_priorities */
static volatile uint32_t place, trace[8];
void TIM2_IRQHandler(void) { trace[place++] = 2; NVIC_SetPendingIRQ(TIM3_IRQn); __DSB(); __ISB(); trace[place++] = 22; }
void TIM3_IRQHandler(void) { trace[place++] = 3; }
static void test(void) { NVIC_EnableIRQ(TIM2_IRQn); NVIC_EnableIRQ(TIM3_IRQn); NVIC_SetPendingIRQ(TIM2_IRQn); __DSB(); __ISB(); for (unsigned i = 0; i < 3; i++) word(trace[i]); }
/* program: preemption */
static volatile uint32_t place, trace[8];
void TIM4_IRQHandler(void) { trace[place++] = 4; NVIC_SetPendingIRQ(TIM3_IRQn); __DSB(); __ISB(); trace[place++] = 44; }
void TIM3_IRQHandler(void) { trace[place++] = 3; NVIC_SetPendingIRQ(TIM2_IRQn); __DSB(); __ISB(); trace[place++] = 33; }
void TIM2_IRQHandler(void) { trace[place++] = 2; }
static void test(void) { NVIC_SetPriority(TIM2_IRQn, 1); NVIC_SetPriority(TIM3_IRQn, 4); NVIC_SetPriority(TIM4_IRQn, 8); NVIC_EnableIRQ(TIM2_IRQn); NVIC_EnableIRQ(TIM3_IRQn); NVIC_EnableIRQ(TIM4_IRQn); NVIC_SetPendingIRQ(TIM4_IRQn); __DSB(); __ISB(); for (unsigned i = 0; i < 5; i++) word(trace[i]); }
/* program: priority_groups */
static volatile uint32_t place, trace[8];
void TIM2_IRQHandler(void) { trace[place++] = 2; }
void TIM3_IRQHandler(void) { trace[place++] = 3; NVIC_SetPendingIRQ(TIM2_IRQn); __DSB(); __ISB(); trace[place++] = 33; }
static void test(void) { NVIC_SetPriorityGrouping(5); NVIC_SetPriority(TIM2_IRQn, NVIC_EncodePriority(5, 1, 0)); NVIC_SetPriority(TIM3_IRQn, NVIC_EncodePriority(5, 1, 3)); NVIC_EnableIRQ(TIM2_IRQn); NVIC_EnableIRQ(TIM3_IRQn); NVIC_SetPendingIRQ(TIM3_IRQn); __DSB(); __ISB(); for (unsigned i = 0; i < 3; i++) word(trace[i]); word(SCB->AIRCR & 0x700); }
/* program: base_priority */
static volatile uint32_t hits;
void TIM2_IRQHandler(void) { hits |= 1; } void TIM3_IRQHandler(void) { hits |= 2; }
static void test(void) { NVIC_SetPriority(TIM2_IRQn, 3); NVIC_SetPriority(TIM3_IRQn, 10); NVIC_EnableIRQ(TIM2_IRQn); NVIC_EnableIRQ(TIM3_IRQn); __set_BASEPRI(0x80); NVIC_SetPendingIRQ(TIM2_IRQn); NVIC_SetPendingIRQ(TIM3_IRQn); __DSB(); __ISB(); word(hits); __set_BASEPRI(0); __ISB(); word(hits); word(__get_BASEPRI()); }
/* program: masked_by_fault_mask */
static volatile uint32_t hits;
void TIM2_IRQHandler(void) { hits++; }
static void test(void) { NVIC_EnableIRQ(TIM2_IRQn); __disable_fault_irq(); NVIC_SetPendingIRQ(TIM2_IRQn); __DSB(); __ISB(); word(hits); __enable_fault_irq(); __ISB(); word(hits); }
/* program: stacked_frame */
static volatile uint32_t frame_[8], code_;
void __attribute__((used)) keep(uint32_t *frame, uint32_t code) { for (unsigned i = 0; i < 8; i++) frame_[i] = frame[i]; code_ = code; }
__attribute__((naked)) void SVC_Handler(void) { __asm volatile("mov r0, sp\n mov r1, lr\n b keep"); }
static void test(void) { __asm volatile("mov r1, #0x11\n mov r2, #0x22\n mov r3, #0x33\n mov r12, #0xCC\n mov r0, #0x99\n svc #1\n" ::: "r0", "r1", "r2", "r3", "r12", "memory"); for (unsigned i = 0; i < 5; i++) word(frame_[i]); word(frame_[7] & 0x010001FF); word(code_ & 0xFFFFFFEF); }
/* program: process_stack */
static uint32_t stack_[64]; static volatile uint32_t code_, in_handler, psp_;
void __attribute__((used)) keep(uint32_t code) { code_ = code; in_handler = __get_CONTROL() & 2; psp_ = __get_PSP(); }
__attribute__((naked)) void SVC_Handler(void) { __asm volatile("mov r0, lr\n b keep"); }
static void test(void) { __set_PSP((uint32_t)(stack_ + 64)); __asm volatile("mrs r0, control\n orr r0, #2\n msr control, r0\n isb\n svc #0\n mrs r0, control\n bic r0, #2\n msr control, r0\n isb\n" ::: "r0", "r1", "r2", "r3", "r12", "memory"); word(code_ & 0xFFFFFFEF); word(in_handler); word((uint32_t)(stack_ + 64) - psp_ >= 32); word(__get_PSP() == (uint32_t)(stack_ + 64)); }
/* program: floats_across_interrupts */
static volatile float sum;
void TIM2_IRQHandler(void) { float x = 1.0f; for (int i = 0; i < 8; i++) x = x * 1.25f + 0.5f; sum += x; __asm volatile("vmov s0, %0\n vmov s5, %0\n vmov s15, %0" : : "r"(0x7F800001) : "s0", "s5", "s15"); }
static void test(void) { NVIC_EnableIRQ(TIM2_IRQn); float a = 2.0f, b = 3.0f, c = 0; for (int i = 0; i < 5; i++) { __asm volatile("" : "+t"(a), "+t"(b)); NVIC_SetPendingIRQ(TIM2_IRQn); __ISB(); c += a * b; } word(bits_of(c)); word(bits_of(sum)); }
/* program: undefined_instruction */
static volatile uint32_t cfsr_;
void UsageFault_Handler(void) { cfsr_ = SCB->CFSR; SCB->CFSR = cfsr_; uint32_t *frame; __asm volatile("mrs %0, msp" : "=r"(frame)); }
__attribute__((naked)) void HardFault_Handler(void) { __asm volatile("ldr r0, [sp, #24]\n adds r0, #2\n str r0, [sp, #24]\n bx lr"); }
static void test(void) { __asm volatile("udf #3" ::: "memory"); word(SCB->CFSR & 0x00010000); word(SCB->HFSR & 0x40000000); }
/* program: undefined_handled */
static volatile uint32_t cfsr_;
void __attribute__((used)) step(uint32_t *frame) { cfsr_ = SCB->CFSR; SCB->CFSR = cfsr_; frame[6] += 2; }
__attribute__((naked)) void UsageFault_Handler(void) { __asm volatile("mov r0, sp\n b step"); }
static void test(void) { SCB->SHCSR |= SCB_SHCSR_USGFAULTENA_Msk; __asm volatile("udf #3" ::: "memory"); word(cfsr_ & 0x00010000); word(SCB->CFSR); }
/* program: tick_counting */
static volatile uint32_t ticks;
void SysTick_Handler(void) { if (++ticks == 5) SysTick->CTRL = 0; }
static void test(void) { uint32_t refused = SysTick_Config(16000); while (ticks < 5) { } word(refused); word(ticks); word(SysTick->LOAD); word(SysTick_Config(0x2000000)); }
/* program: tick_flag */
static void test(void) { SysTick->LOAD = 999; SysTick->VAL = 0; SysTick->CTRL = 5; while (!(SysTick->CTRL & SysTick_CTRL_COUNTFLAG_Msk)) { } word(SysTick->CTRL & SysTick_CTRL_COUNTFLAG_Msk & 0); word(SysTick->VAL <= 999); SysTick->VAL = 7; SysTick->CTRL = 0; word(SysTick->CTRL & 7); }
/* program: sleeping */
static volatile uint32_t ticks;
void SysTick_Handler(void) { ticks++; }
static void test(void) { SysTick_Config(16000); while (ticks < 4) { __WFI(); } SysTick->CTRL = 0; word(ticks >= 4); }
/* program: moved_vectors */
static uint32_t vectors_[128] __attribute__((aligned(512)));
static volatile uint32_t hits;
static void mine(void) { hits++; }
static void test(void) { for (unsigned i = 0; i < 98; i++) vectors_[i] = ((uint32_t *)0x08000000)[i]; vectors_[16 + 28] = (uint32_t)mine; SCB->VTOR = (uint32_t)vectors_; __DSB(); NVIC_EnableIRQ(TIM2_IRQn); NVIC_SetPendingIRQ(TIM2_IRQn); __DSB(); __ISB(); word(hits); word(SCB->VTOR == (uint32_t)vectors_); }
/* program: controller_registers */
static void test(void) { NVIC_SetPriority(TIM3_IRQn, 6); word(NVIC->IP[TIM3_IRQn]); NVIC->ISER[0] = 0x30000000; word(NVIC->ISER[0]); word(NVIC->ICER[0]); NVIC->ICER[0] = 0x10000000; word(NVIC->ISER[0]); NVIC_SetPriority(SysTick_IRQn, 9); word(SCB->SHP[11]); word(NVIC_GetPriority(SysTick_IRQn)); word(SCB->CPUID >> 4 & 0xFFF); }
