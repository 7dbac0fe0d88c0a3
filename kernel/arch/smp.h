/*
 * Several CPUs: finding and starting them, and what one asks of another.
 */
#pragma once

#include "core/types.h"

#include "arch/percpu.h"

/* Read what ACPI's MADT lists (acpi.c): local APIC ids of the processors that
 * may be used; none, if there is no MADT that can be trusted.
 * => boot, while the boot tables map the first 4 GiB */
void acpi_init(void);
extern u32 acpi_cpu_ids[MAX_CPUS];
extern int acpi_cpu_count;

/* Start the CPU whose APIC id is in *cpu: it loads its tables and the page
 * tables at root, and calls start() on the given stack, interrupts off.
 * => boot; one at a time
 * => whether it came in time; if not, it is stopped again */
bool smp_start_cpu(struct cpu *cpu, paddr_t root, vaddr_t stack_top,
                   void (*start)(void));

/* Call fn(arg) on every other CPU in mask, interrupts off, and wait until it is
 * done there.
 * The callee may be anywhere but in code with interrupts off that waits for
 * nobody; so fn takes no lock that its caller may hold.
 * => not in a handler, and not by fn; locks may be held (H4) */
void smp_call(u64 mask, void (*fn)(u64 arg), u64 arg);

/* A CPU may keep, in its TLB and path caches, what the tables said before; who
 * lowers a right or frees a table flushes first.  Forget addr, and every cached
 * path to it / all of the loaded user half, on all CPUs in mask (bit = CPU).
 * => when it returns, no CPU in mask uses the old entries */
void tlb_flush_page(u64 mask, vaddr_t addr);
void tlb_flush_all(u64 mask);

/* Have the CPU look at its run queue and at its thread's signals soon. */
void cpu_kick(int cpu);

/* Bring all other CPUs to where they touch nothing: about to return to user
 * mode, or idle.  They stay there, and answer calls, until park_release; till
 * then interrupts are off everywhere, so that nothing changes but by us.  The
 * release returns when all have gone on.
 * => process context, no spinlock held; do not sleep before the release */
void park_others(void);
void park_release(void);

/* Wait here if somebody parks us.
 * => at such a place, interrupts on: when WORK_PARK is set */
void park_here(void);
