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

void
tlb_flush_page(u64 mask, vaddr_t addr)
{
    u64 me = 1UL << this_cpu()->id;

    if (mask & me) {
        invlpg(addr);
    }
    if (mask & ~me) {
        cpu_call(mask & ~me, flush_page_here, addr);
    }
}

void
tlb_flush_all(u64 mask)
{
    u64 me = 1UL << this_cpu()->id;

    if (mask & me) {
        write_cr3(read_cr3());
    }
    if (mask & ~me) {
        cpu_call(mask & ~me, flush_all_here, 0);
    }
}
