/*
 * Unmap, protect, and map ahead.  The essential fact of unmap: an edge is first
 * made unreachable (P cleared, K set, so that it still counts), then all CPUs
 * flush, and only then are the nodes dropped.  The tables themselves remember
 * what is to be dropped, so that it needs no memory.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "core/panic.h"

#include "arch/pte.h"
#include "arch/tlb.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/share.h"
#include "mm/vma.h"

/* A walk over the entries of a range.  visit sees the last-level entries, or,
 * with `whole`, the highest entries that the range covers whole. */
struct walk {
    vaddr_t start, end;
    bool whole;
    void (*visit)(pte_t *entry, int level, u32 prot);
    u32 prot;
};

static void
walk_table(const struct walk *walk, pte_t *table, int level, vaddr_t base)
{
    u64 span = pt_span(level);
    vaddr_t at = align_down(MAX(walk->start, base), span);
    vaddr_t end = base + span * PT_ENTRIES;

    for (; at < MIN(walk->end, end); at += span) {
        pte_t *entry = &table[pt_index(at, level)];
        bool covered = at >= walk->start && at + span <= walk->end;
        if (!pte_is_edge(*entry)) {
            continue;
        }
        if (level == 1 || (covered && walk->whole)) {
            walk->visit(entry, level, walk->prot);
        } else {
            walk_table(walk, frame_ptr(pte_addr(*entry)), level - 1, at);
        }
    }
}

/* The highest level whose entry for addr lies whole in the range, or 1: the
 * tables down to the one with that entry must be owned. */
static int
partial_level(vaddr_t addr, vaddr_t start, vaddr_t end)
{
    for (int level = PT_LEVELS; level > 1; level--) {
        vaddr_t base = align_down(addr, pt_span(level));
        if (base >= start && base + pt_span(level) <= end) {
            return level;
        }
    }
    return 1;
}

int
range_prepare_unmap(struct as *as, vaddr_t start, vaddr_t end)
{
    vaddr_t last = end - PAGE_SIZE;
    int first_level = partial_level(start, start, end);
    int last_level = partial_level(last, start, end);

    return pt_own_present(as, start, &first_level) != NULL
                   && pt_own_present(as, last, &last_level) != NULL
               ? 0 : -ENOMEM;
}

static void
cut(pte_t *entry, int level, u32 prot)
{
    (void)level;
    (void)prot;
    /* One instruction each: the processor may be setting A or D. */
    __atomic_fetch_or(entry, PTE_K, __ATOMIC_RELAXED);
    __atomic_fetch_and(entry, ~PTE_P, __ATOMIC_RELAXED);
}

static void
drop_cut(pte_t *entry, int level, u32 prot)
{
    pte_t old = *entry;

    (void)prot;
    __atomic_store_n(entry, 0, __ATOMIC_RELAXED); /* others may be walking */
    pt_drop(pte_addr(old), level - 1);
}

static void
flush_range(struct as *as, vaddr_t start, vaddr_t end)
{
    if (end - start == PAGE_SIZE) {
        tlb_flush_page(as_cpus(as), start);
    } else {
        tlb_flush_all(as_cpus(as));
    }
}

void
range_unmap(struct as *as, vaddr_t start, vaddr_t end)
{
    struct walk walk = {.start = start, .end = end, .whole = true};
    pte_t *root = frame_ptr(as->root);

    walk.visit = cut;
    walk_table(&walk, root, PT_LEVELS, 0);
    flush_range(as, start, end);
    walk.visit = drop_cut;
    walk_table(&walk, root, PT_LEVELS, 0);
}

int
range_own(struct as *as, vaddr_t start, vaddr_t end, bool pages)
{
    for (vaddr_t at = start; at < end;) {
        int level = 1;
        pte_t *entry = pt_own_present(as, at, &level);
        if (entry == NULL
            || (pages && level == 1 && (*entry & PTE_P) != 0
                && !pt_own_page(as, at, entry))) {
            return -ENOMEM;
        }
        u64 span = pt_span(pages ? level : MAX(level, 2));
        at = align_down(at, span) + span;
    }
    return 0;
}

int
range_prepare_protect(struct as *as, vaddr_t start, vaddr_t end)
{
    return range_own(as, start, end, false);
}

pte_t
range_rights(u32 prot)
{
    if ((prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) == 0) {
        return PTE_K | PTE_U | PTE_NX;
    }
    return PTE_P | PTE_U | (prot & PROT_EXEC ? 0 : PTE_NX);
}

static void
change_rights(pte_t *entry, int level, u32 prot)
{
    pte_t keep = PTE_ADDR | PTE_S | PTE_A | PTE_D;

    (void)level;
    if (prot & PROT_WRITE) {
        keep |= PTE_W;
    }
    __atomic_store_n(entry, (*entry & keep) | range_rights(prot),
                     __ATOMIC_RELAXED);
}

void
range_protect(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    struct walk walk = {.start = start, .end = end, .visit = change_rights,
                        .prot = prot};

    walk_table(&walk, frame_ptr(as->root), PT_LEVELS, 0);
    flush_range(as, start, end);
}

/* [start, end) of the vma, whose entries begin at entry. */
static void
map_present(const struct vma *vma, vaddr_t start, vaddr_t end, pte_t *entry)
{
    u64 index = vma->offset + ((start - vma->start) >> PAGE_SHIFT);
    u64 count = (end - start) >> PAGE_SHIFT;
    pte_t rights = range_rights(vma->prot);
    paddr_t found[AROUND / PAGE_SIZE];

    count = vma->object->ops->present(vma->object, index, count, found);
    for (u64 i = 0; i < count; i++) {
        if (found[i] == 0) {
            continue;
        }
        if (pte_is_edge(entry[i])) {
            frame_put(found[i]);
        } else {
            pt_install(&entry[i], found[i] | rights); /* its reference, too */
        }
    }
}

void
range_map_around(struct as *as, vaddr_t addr)
{
    vaddr_t start = align_down(addr, AROUND); /* all in one table */
    vaddr_t end = start + AROUND;
    const struct vma *vma = vma_first_from(as, start);
    pte_t *entry = vma != NULL && vma->start < end ? pt_own(as, start) : NULL;

    for (; entry != NULL && vma != NULL && vma->start < end;
         vma = vma_next(as, vma)) {
        vaddr_t from = MAX(vma->start, start);
        /* Not of shared mappings: a page that nobody has touched must not stay
         * what it was if the file is truncated and written anew. */
        bool private = (vma->flags & VMA_SHARED) == 0;
        if (vma->object != NULL && vma->prot != PROT_NONE && private) {
            map_present(vma, from, MIN(vma->end, end),
                        entry + ((from - start) >> PAGE_SHIFT));
        }
    }
}

int
range_map_frame(struct as *as, vaddr_t addr, paddr_t frame, u32 prot)
{
    pte_t *entry = pt_own(as, addr);

    if (entry == NULL) {
        frame_put(frame);
        return -ENOMEM;
    }
    assert(!pte_is_edge(*entry));
    pt_install(entry, frame | range_rights(prot) | PTE_W | PTE_A | PTE_D);
    return 0;
}
