/*
 * TLB flushes, on exactly the CPUs in the mask: this one directly, others by a
 * call that they answer before it returns.
 */
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/smp.h"
#include "arch/tlb.h"

static void
flush_page_here(u64 addr)
{
    invlpg(addr);
}

static void
flush_all_here(u64 unused)
{
    (void)unused;
    write_cr3(read_cr3());
}

static inline void
flush(u64 mask, void (*here)(u64), u64 arg)
{
    u64 me = 1UL << this_cpu()->id;

    if (mask & me) {
        here(arg);
    }
    if (mask & ~me) {
        cpu_call(mask, here, arg);
    }
}

void
tlb_flush_page(u64 mask, vaddr_t addr)
{
    flush(mask, flush_page_here, addr);
}

void
tlb_flush_all(u64 mask)
{
    flush(mask, flush_all_here, 0);
}
