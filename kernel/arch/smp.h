/*
 * Several CPUs: finding and starting them, and requests between them.
 */
#pragma once

#include "core/types.h"

#include "arch/percpu.h"

/* Read what ACPI's MADT lists: local APIC ids of the processors that may be
 * used; none, if there is no MADT that can be trusted.
 * => boot, while the boot tables map the first 4 GiB */
void acpi_init(void);
extern u32 acpi_cpu_ids[MAX_CPUS];
extern int acpi_cpu_count;

/* Start the CPU whose APIC id is in *cpu.  It loads its descriptor tables and
 * the page tables at root, and calls start() on this stack, interrupts off.
 * => boot; one at a time
 * => whether it started in time; if not, it is stopped again */
bool smp_start_cpu(struct cpu *cpu, paddr_t root, vaddr_t stack_top,
                   void (*start)(void));

/* Call fn(arg) on every other CPU in mask, with interrupts off there, and wait
 * until all have done it.  The other CPU may be anywhere, except in code with
 * interrupts off and no cpu_wait.  So fn takes no lock that its caller holds.
 * => not in a handler, and not by fn; locks may be held (H4) */
void smp_call(u64 mask, void (*fn)(u64 arg), u64 arg);

/* A CPU may keep old entries in its TLB and path caches.  Code that lowers a
 * right or frees a table must flush first: addr and every cached path to it, or
 * all of the loaded user half, on all CPUs in mask (bit = CPU).
 * => when it returns, no CPU in mask uses the old entries */
void tlb_flush_page(u64 mask, vaddr_t addr);
void tlb_flush_all(u64 mask);

/* Have the CPU look at its run queue and at its thread's signals soon. */
void cpu_kick(int cpu);

/* Park all other CPUs: each stops where it touches nothing, on its way to user
 * mode or idle, and answers calls until park_release.  Meanwhile interrupts
 * are off everywhere, so nothing changes but by us.  The release returns when
 * all CPUs have gone on.
 * => process context, no spinlock held; do not sleep before the release */
void park_others(void);
void park_release(void);

/* Wait here if another CPU parks us.
 * => where this CPU touches nothing, interrupts on: when WORK_PARK is set */
void park_here(void);
