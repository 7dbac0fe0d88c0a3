/*
 * TLB flushes: here, and by a call on the other CPUs that need it.
 */
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/smp.h"

u64 cpus_online = 1;

static void
flush_all_here(u64 unused)
{
    (void)unused;
    write_cr3(read_cr3());
}

static inline void
flush_cpus(u64 mask, void (*here)(u64), u64 arg)
{
    u64 me = 1UL << this_cpu()->id;

    if (mask & me) {
        here(arg);
    }
    if (mask & ~me) {
        smp_call(mask, here, arg);
    }
}

void
tlb_flush_page(u64 mask, vaddr_t addr)
{
    flush_cpus(mask, invlpg, addr);
}

void
tlb_flush_all(u64 mask)
{
    flush_cpus(mask, flush_all_here, 0);
}
