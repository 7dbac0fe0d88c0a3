/*
 * On the host, the instructions that only a kernel may use do what the model's
 * processors do.
 */
#pragma once

#define cpu_interrupts_off hardware_interrupts_off
#define cpu_interrupts_on  hardware_interrupts_on
#define cpu_flags          hardware_flags
#define cpu_pause          hardware_pause
#define read_cr3           hardware_read_cr3
#define write_cr3          hardware_write_cr3
#define rdtsc              hardware_rdtsc
#define invlpg             hardware_invlpg

#include_next "arch/cpu.h"

#undef cpu_interrupts_off
#undef cpu_interrupts_on
#undef cpu_flags
#undef cpu_pause
#undef read_cr3
#undef write_cr3
#undef rdtsc
#undef invlpg

/* Load a root on the running CPU (mmu.c). */
void write_cr3(u64 root);
u64 read_cr3(void);
void invlpg(u64 addr);
void cpu_pause(void);

static inline void
cpu_interrupts_off(void)
{
}

static inline void
cpu_interrupts_on(void)
{
}

static inline u64
cpu_flags(void)
{
    return 0;
}

/* No time: what a seed has shown, it shows again. */
static inline u64
rdtsc(void)
{
    return 0;
}
