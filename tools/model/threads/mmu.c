/*
 * A processor for each thread.  The essential fact: this file is compiled
 * without the thread sanitizer, as hardware need not follow the rules for
 * programs: its A and D bits are no race.  Only one thing is told to the
 * sanitizer: reading an entry comes after all that was done before its write.
 */
#include "arch/cpu.h"
#include "arch/pte.h"

#include "mm/frame.h"
#include "mm/kmap.h"

#include "model/threads/mmu.h"
#include "model/threads/threads.h"

#define PAGES_KEPT 64
#define PATHS_KEPT 8 /* of each level */

static __thread struct mmu {
    paddr_t root;
    struct translation {
        vaddr_t page;
        pte_t leaf; /* W is that of the path; 0: nothing is kept */
    } pages[PAGES_KEPT];
    struct path {
        vaddr_t base;
        pte_t entry;
    } paths[PT_LEVELS + 1][PATHS_KEPT];
} mmu;

void
write_cr3(u64 root)
{
    mmu = (struct mmu){.root = root};
}

u64
read_cr3(void)
{
    return mmu.root;
}

static struct translation *
translation_of(vaddr_t addr)
{
    return &mmu.pages[(addr >> PAGE_SHIFT) % PAGES_KEPT];
}

static struct path *
path_of(vaddr_t addr, int level)
{
    return &mmu.paths[level][pt_index(addr, level) % PATHS_KEPT];
}

void
invlpg(vaddr_t addr)
{
    struct translation *kept = translation_of(addr);

    if (kept->page == align_down(addr, PAGE_SIZE)) {
        kept->leaf = 0;
    }
    __builtin_memset(mmu.paths, 0, sizeof(mmu.paths)); /* all (A9) */
}

/* The entry in the table that `upper` names, with A, and D for a write that is
 * granted; W as the path has it.  => 0: not present */
static pte_t
read_entry(pte_t upper, int level, vaddr_t addr, bool write)
{
    paddr_t table = pte_addr(upper);
    pte_t *at = (pte_t *)frame_ptr(table) + pt_index(addr, level);
    const struct frame *frame = frame_of(table);
    pte_t entry, marked;

    if (table != kernel_root
        && (frame->kind != FRAME_TABLE || frame->level != level)) {
        fail("a walk for %#lx comes to %#lx: no table of level %d", addr,
             table, level);
    }
    do {
        entry = mmu_reads(at);
        if ((entry & PTE_P) == 0) {
            return 0;
        }
        bool dirty = level == 1 && write && (entry & upper & PTE_W) != 0;
        marked = entry | PTE_A | (dirty ? PTE_D : 0);
    } while (!__atomic_compare_exchange_n(at, &entry, marked, false,
                                          __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return marked & (upper | ~PTE_W);
}

static pte_t
walk(vaddr_t addr, bool write)
{
    pte_t entry = mmu.root | PTE_W;

    for (int level = PT_LEVELS; level > 1 && entry != 0; level--) {
        vaddr_t base = align_down(addr, pt_span(level));
        struct path *kept = path_of(addr, level);
        if (kept->entry == 0 || kept->base != base) {
            *kept = (struct path){base, read_entry(entry, level, addr, write)};
        }
        entry = kept->entry;
    }
    return entry != 0 ? read_entry(entry, 1, addr, write) : 0;
}

static void
keep(vaddr_t addr, pte_t leaf)
{
    u8 kind = frame_of(pte_addr(leaf))->kind;
    bool zero = pte_addr(leaf) == zero_frame;

    if (zero ? (leaf & PTE_W) != 0
             : kind != FRAME_ANON && kind != FRAME_SHARED) {
        fail("frame %#lx of kind %d can be reached at %#lx, entry %#lx",
             pte_addr(leaf), kind, addr, leaf);
    }
    *translation_of(addr) =
        (struct translation){align_down(addr, PAGE_SIZE), leaf};
}

bool
mmu_access(vaddr_t addr, bool write, paddr_t *frame)
{
    struct translation *kept = translation_of(addr);

    if (kept->leaf == 0 || kept->page != align_down(addr, PAGE_SIZE)) {
        pte_t leaf = walk(addr, write);
        if (leaf != 0) {
            keep(addr, leaf);
        } else {
            kept->leaf = 0;
        }
    }
    if (kept->leaf == 0 || (write && (kept->leaf & PTE_W) == 0)) {
        kept->leaf = 0; /* a fault forgets what it used */
        for (int level = PT_LEVELS; level > 1; level--) {
            path_of(addr, level)->entry = 0;
        }
        return false;
    }
    *frame = pte_addr(kept->leaf);
    return true;
}

void
mmu_speculate(vaddr_t addr)
{
    pte_t leaf = walk(addr, false);

    if (leaf != 0) {
        keep(addr, leaf);
    }
}
