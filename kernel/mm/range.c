/*
 * Unmap, and map ahead.  The essential fact of unmap: an edge is first made
 * unreachable (P cleared, K set, so that it still counts), then all CPUs
 * flush, and only then are the nodes dropped.  The K entries in the tables say
 * what is to be dropped, so unmap needs no memory for a list.
 */
#include "abi/errno.h"
#include "abi/mman.h"

#include "core/panic.h"

#include "arch/pte.h"
#include "arch/smp.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/share.h"
#include "mm/vma.h"

static void drop_cut(struct walk *walk);

/* Rest now and then.  Nobody else can change the tables meanwhile. */
static inline void
rest(struct walk *walk)
{
    walk->work += walk->level == 1 ? 1 : PT_ENTRIES / 4;
    if (walk->work >= PT_ENTRIES) {
        walk->work = 0;
        (void)spin_rest(&walk->as->lock);
    }
}

/* => false: the walk has ended early */
static bool
walk_table(struct walk *walk, pte_t *table, int level, vaddr_t base)
{
    u64 span = pt_span(level);
    vaddr_t end = MIN(walk->end, base + span * PT_ENTRIES);
    u64 first = pt_index(MAX(walk->start, base), level);
    u64 last = pt_index(end - 1, level);
    u64 lines = frame_of(frame_addr(table))->lines
                & ~0UL << first / LINE_ENTRIES
                & ~0UL >> (63 - last / LINE_ENTRIES);

    for_each_line(line, lines) {
        u64 i = MAX(first, line * LINE_ENTRIES);
        for (; i <= MIN(last, line * LINE_ENTRIES + LINE_ENTRIES - 1); i++) {
            vaddr_t at = base + i * span;
            pte_t entry = __atomic_load_n(&table[i], __ATOMIC_RELAXED);
            if (!pte_is_edge(entry)) { /* a sharer may clear its W now */
                continue;
            }
            bool visit = level == 1 || (walk->whole && at >= walk->start
                                        && at + span <= walk->end);
            if (visit ? walk->visit == NULL
                      : !walk_table(walk, frame_ptr(pte_addr(entry)),
                                    level - 1, at)) {
                return false;
            }
            if (visit) {
                walk->level = level;
                walk->entry = &table[i];
                walk->addr = at;
                walk->visit(walk);
                rest(walk);
            }
        }
        if (walk->visit == drop_cut && level == 1
            && line * LINE_ENTRIES >= first && i % LINE_ENTRIES == 0) {
            frame_of(frame_addr(table))->lines &= ~(1UL << line);
        }
    }
    return true;
}

bool
range_walk(struct as *as, struct walk *walk)
{
    walk->as = as;
    walk->work = 0;
    return walk_table(walk, frame_ptr(as->root), PT_LEVELS, 0);
}

/* The highest level whose entry for addr lies whole in the range, or 1.  The
 * tables down to the one that holds this entry must be owned. */
static int
partial_level(vaddr_t addr, vaddr_t start, vaddr_t end)
{
    int level = PT_LEVELS;

    while (level > 1
           && (align_down(addr, pt_span(level)) < start
               || align_down(addr, pt_span(level)) + pt_span(level) > end)) {
        level--;
    }
    return level;
}

/* Own the tables that lie partly in the range, if a page is mapped in it. */
static bool
own_partial(struct as *as, vaddr_t start, vaddr_t end)
{
    struct walk walk = {.start = start, .end = end, .whole = true};
    vaddr_t last = end - PAGE_SIZE;
    int first_level = partial_level(start, start, end);
    int last_level = partial_level(last, start, end);

    return range_walk(as, &walk)
           || (pt_own_present(as, start, &first_level) != NULL
               && pt_own_present(as, last, &last_level) != NULL);
}

void
range_cut_entry(struct walk *walk)
{
    /* In one instruction: the processor may set A or D meanwhile. */
    if (*walk->entry & PTE_P) {
        __atomic_fetch_xor(walk->entry, PTE_P | PTE_K, __ATOMIC_RELAXED);
    }
    walk->lowered++;
}

static void
drop_cut(struct walk *walk)
{
    pte_t old = *walk->entry;

    assert((old & (PTE_W | PTE_S)) != PTE_W
           || frame_of(pte_addr(old))->refs == 1); /* PT-2 */
    if (walk->level > 2) {
        pt_drop_long(walk->as, pte_addr(old), walk->level - 1);
    }
    /* Atomic: a processor may be walking the table. */
    __atomic_store_n(walk->entry, 0, __ATOMIC_RELAXED);
    if (walk->level <= 2) {
        pt_drop(pte_addr(old), walk->level - 1);
    }
}

void
range_flush(struct as *as, vaddr_t addr, bool page)
{
    if (page) {
        tlb_flush_page(as_cpus(as), addr);
    } else {
        tlb_flush_all(as_cpus(as));
    }
}

int
range_unmap(struct as *as, vaddr_t start, vaddr_t end)
{
    struct walk walk = {.start = start, .end = end, .whole = true,
                        .visit = range_cut_entry};

    if (!own_partial(as, start, end)) {
        return -ENOMEM;
    }
    /* ---- no failure below this line ---- */
    range_walk(as, &walk);
    if (walk.lowered > 0) {
        range_flush(as, walk.addr, walk.lowered == 1 && walk.level == 1);
    }
    walk.visit = drop_cut;
    if (walk.lowered == 1) {
        drop_cut(&walk);
    } else if (walk.lowered > 1) {
        range_walk(as, &walk);
    }
    return 0;
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
        (void)spin_rest(&as->lock);
    }
    return 0;
}

pte_t
range_rights(u32 prot, u32 flags)
{
    pte_t shared = PTE_S | (prot & PROT_WRITE ? PTE_W : 0);

    if ((prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) == 0) {
        return PTE_K | PTE_U | PTE_NX;
    }
    return PTE_P | PTE_U | (prot & PROT_EXEC ? 0 : PTE_NX)
           | (flags & VMA_SHARED ? shared : 0);
}

/* Map [start, end) of the vma; `entry` is the entry for start. */
static u64
map_present(const struct vma *vma, vaddr_t start, vaddr_t end, pte_t *entry)
{
    u64 index = vma->offset + ((start - vma->start) >> PAGE_SHIFT);
    u64 count = (end - start) >> PAGE_SHIFT;
    pte_t rights = range_rights(vma->prot, vma->flags);
    paddr_t found[AROUND / PAGE_SIZE];
    u64 filled = 0;

    count = vma->object->ops->present(vma->object, index, count, found);
    for (u64 i = 0; i < count; i++) {
        if (found[i] != 0 && pte_is_edge(entry[i])) {
            frame_put(found[i]);
        } else if (found[i] != 0) {
            pt_install(&entry[i], found[i] | rights); /* with its reference */
            filled++;
        }
    }
    return filled;
}

void
range_map_around(struct as *as, vaddr_t addr)
{
    vaddr_t start = align_down(addr, AROUND); /* all in one table */
    vaddr_t end = start + AROUND;
    const struct vma *vma = vma_first_from(as, start);
    pte_t *entry = vma != NULL && vma->start < end ? pt_own(as, start) : NULL;

    for (; entry != NULL && vma != NULL && vma->start < end;
         vma = vma_first_from(as, vma->end)) {
        vaddr_t from = MAX(vma->start, start);
        if (vma->object != NULL && vma->prot != PROT_NONE) {
            as->filled += map_present(vma, from, MIN(vma->end, end),
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
    pt_install(entry, frame | range_rights(prot, 0) | PTE_W | PTE_A | PTE_D);
    as->filled++;
    return 0;
}
