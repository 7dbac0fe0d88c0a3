/*
 * TLB flushes.  One CPU is started, so that "all CPUs in mask" is at most this
 * one; the mask is honoured, since a space that is not loaded has no entries.
 */
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/tlb.h"

void
tlb_flush_page(u64 mask, vaddr_t addr)
{
    if (mask & 1UL << this_cpu()->id) {
        invlpg(addr);
    }
}

void
tlb_flush_all(u64 mask)
{
    if (mask & 1UL << this_cpu()->id) {
        write_cr3(read_cr3());
    }
}
