/*
 * The three verbs of the shared tree: share, own, drop.  The essential fact:
 * refs counts the entries that name a node, and a node with one in-edge under
 * an owned table belongs to this space alone.  So ownership is found by
 * walking down from the root, and never recorded anywhere.
 *
 * Read pt_own first, then pt_share, then pt_drop.
 */
#include "abi/errno.h"

#include "core/panic.h"
#include "core/spin.h"

#include "arch/page.h"
#include "arch/pte.h"
#include "arch/smp.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/share.h"

#define LINE(table, line)                                                 \
    ((pte_t *)frame_ptr(table) + (line) * LINE_ENTRIES)

#define TABLE_BITS (PTE_P | PTE_W | PTE_U)

void
pt_install(pte_t *entry, pte_t value)
{
    struct frame *table = frame_of(frame_addr(entry));

    table->lines |= 1UL << (((u64)entry & (PAGE_SIZE - 1)) / 64);
    __atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

static paddr_t
table_alloc(int level)
{
    paddr_t table = frame_alloc_zero(FRAME_TABLE);

    if (table != 0) {
        frame_of(table)->level = (u8)level;
    }
    return table;
}

/* Clear W of an entry, which other CPUs may read or clear at the same time.  Do
 * so only if it is set, since the clear is locked.  An entry with S keeps W. */
static inline void
lower(pte_t *at)
{
    pte_t entry = __atomic_load_n(at, __ATOMIC_RELAXED);

    if ((entry & (PTE_W | PTE_S)) == PTE_W) {
        __atomic_fetch_and(at, ~PTE_W, __ATOMIC_RELAXED);
    }
}

/* The same for one cache line of a table.  The OR of its entries saves work:
 * most lines have no W at all, or no S. */
static inline void
lower_line(pte_t *entries)
{
    pte_t any = 0;

#pragma GCC unroll 8
    for (int i = 0; i < LINE_ENTRIES; i++) {
        any |= __atomic_load_n(&entries[i], __ATOMIC_RELAXED);
    }
    if ((any & PTE_W) == 0) {
        return;
    }
#pragma GCC unroll 8
    for (int i = 0; i < LINE_ENTRIES; i++) {
        if (any & PTE_S) {
            lower(&entries[i]);
        } else {
            __atomic_fetch_and(&entries[i], ~PTE_W, __ATOMIC_RELAXED);
        }
    }
}

/* Fill the fresh table `copy` from `old`, which has other owners.  Each child
 * gets one more edge.  In both tables all entries without S lose W. */
static void
copy_entries(paddr_t copy, paddr_t old)
{
    u64 lines = frame_of(old)->lines;

    for_each_line(line, lines) {
        pte_t *from = LINE(old, line);
        pte_t *to = LINE(copy, line);
        lower_line(from);
#pragma GCC unroll 8
        for (int i = 0; i < LINE_ENTRIES; i++) {
            pte_t entry = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
            if (pte_is_edge(entry)) {
                frame_get(pte_addr(entry));
                to[i] = entry;
            }
        }
    }
    frame_of(copy)->lines = lines;
    __atomic_fetch_or(&frame_of(old)->flags, FRAME_WCLEARED, __ATOMIC_RELAXED);
}

/* Replace the table under entry by a copy. */
static bool
copy_table(struct as *as, pte_t *entry, vaddr_t addr, int level)
{
    paddr_t old = pte_addr(*entry);
    paddr_t copy = table_alloc(level);

    if (copy == 0) {
        return false;
    }
    copy_entries(copy, old);
    pt_install(entry, copy | TABLE_BITS | PTE_A);
    /* No CPU of ours may walk the old table once it can be freed. */
    tlb_flush_page(as_cpus(as), addr);
    pt_drop(old, level);
    return true;
}

/* Make the table under entry, which lacks W, our own: take it if the entry is
 * its only in-edge, else copy it.  `level` is the child's.
 * => false: no memory */
static inline bool
own_table(struct as *as, pte_t *entry, vaddr_t addr, int level)
{
    struct frame *frame = frame_of(pte_addr(*entry));

    /* Acquire, for the W bits that the last sharer cleared before its drop. */
    if (__atomic_load_n(&frame->refs, __ATOMIC_ACQUIRE) != 1) {
        return copy_table(as, entry, addr, level);
    }
    /* A CPU of ours may have cached an entry of this table before a copier
     * cleared its W.  The W set here would revive it (H2). */
    if (frame->flags & FRAME_WCLEARED) {
        tlb_flush_all(as_cpus(as));
        frame->flags &= (u8)~FRAME_WCLEARED;
    }
    __atomic_fetch_or(entry, PTE_W, __ATOMIC_RELEASE);
    return true;
}

/* Own the path to addr, down to the table of *level.  A missing table is made
 * if `make` is set; else it ends the path.
 * => the path's last entry, and its *level; NULL: no memory */
static inline __attribute__((always_inline)) pte_t *
own_path(struct as *as, vaddr_t addr, int *level, bool make)
{
    pte_t *entry = (pte_t *)frame_ptr(as->root) + pt_index(addr, PT_LEVELS);

    assert(spin_held(&as->lock));
#pragma GCC unroll 3
    for (int child = PT_LEVELS - 1; child >= *level; child--) {
        if (!pte_is_edge(*entry)) {
            if (!make) { /* one way: a constant in each caller */
                *level = child + 1;
                break;
            }
            paddr_t made = table_alloc(child);
            if (made == 0) { /* one way: not reached without make */
                return NULL;
            }
            pt_install(entry, made | TABLE_BITS);
        } else if ((*entry & PTE_W) == 0
                   && !own_table(as, entry, addr, child)) {
            return NULL;
        }
        entry = (pte_t *)frame_ptr(pte_addr(*entry)) + pt_index(addr, child);
    }
    return entry;
}

pte_t *
pt_own(struct as *as, vaddr_t addr)
{
    int level = 1;

    return own_path(as, addr, &level, true);
}

pte_t *
pt_own_present(struct as *as, vaddr_t addr, int *level)
{
    return own_path(as, addr, level, false);
}

/* => a page of its own with the same content; 0: no memory */
static inline paddr_t
copy_page(paddr_t old)
{
    if (old == zero_frame) {
        return frame_alloc_zero(FRAME_ANON);
    }
    paddr_t copy = frame_alloc(FRAME_ANON);
    if (copy != 0) {
        page_copy(frame_ptr(copy), frame_ptr(old));
    }
    return copy;
}

bool
pt_own_page(struct as *as, vaddr_t addr, pte_t *entry)
{
    paddr_t old = pte_addr(*entry);

    if (__atomic_load_n(&frame_of(old)->refs, __ATOMIC_ACQUIRE) == 1) {
        __atomic_store_n(entry, *entry | PTE_W | PTE_D | PTE_A,
                         __ATOMIC_RELEASE);
        return true;
    }
    paddr_t copy = copy_page(old);
    if (copy == 0) {
        return false;
    }
    /* Without W first: while another CPU still reads the old page through its
     * TLB, no CPU may write to the new one (H1). */
    pte_t rights = (*entry & ~(PTE_ADDR | PTE_W)) | PTE_A | PTE_D;
    __atomic_store_n(entry, copy | rights, __ATOMIC_RELEASE);
    tlb_flush_page(as_cpus(as), addr);
    /* Not locked: A and D are set, so no processor writes there. */
    __atomic_store_n(entry, copy | rights | PTE_W, __ATOMIC_RELEASE);
    pt_drop(old, 0);
    return true;
}

/* The state of one call of pt_share. */
struct share {
    struct as *as;
    int level;    /* at which sharing starts */
    bool lowered; /* some W was cleared: our CPUs must flush */
    bool stopped; /* a fatal signal has come */
    pte_t *dst;   /* the child's table that is being filled */
};

static bool share_table(struct share *share, pte_t *dst, pte_t *src, int level,
                        vaddr_t base);

/* Make the child's table for this entry, and fill it.  The parent must own its
 * own table first, if W bits will be cleared in it or further down.  The new
 * table is installed before it is filled: so a checker finds it while we rest.
 * Our siblings' faults wait for the lock meanwhile: a copy stays a snapshot.
 * => 0: no memory, or stopped */
static __noinline __attribute__((cold)) pte_t
share_below(struct share *share, pte_t *entry, int level, vaddr_t addr)
{
    if (share->level != SHARE_NONE && (*entry & PTE_W) == 0
        && !own_table(share->as, entry, addr, level - 1)) {
        return 0;
    }
    paddr_t made = table_alloc(level - 1);
    if (made == 0) {
        return 0;
    }
    pte_t *dst = share->dst;
    pt_install(&dst[pt_index(addr, level)], made | TABLE_BITS);
    share->dst = frame_ptr(made);
    bool done = share_table(share, share->dst, frame_ptr(pte_addr(*entry)),
                            level - 1, addr);
    share->dst = dst;
    share->stopped |= spin_rest(&share->as->lock);
    return done && !share->stopped ? made | TABLE_BITS : 0;
}

/* Make the child's entry for one entry of the parent.  => 0: as above */
static pte_t
share_entry(struct share *share, pte_t *entry, int level, vaddr_t addr)
{
    struct as *as = share->as;
    pte_t had = *entry;

    if (level == share->level
        || (level == 1 && ((had & PTE_S) || pte_addr(had) == zero_frame))) {
        lower(entry);
        pte_t given = *entry;
        share->lowered |= ((had ^ given) & PTE_W) != 0;
        frame_get(pte_addr(had));
        return given;
    }
    if (level == 1) {
        paddr_t copy = copy_page(pte_addr(had));
        return copy != 0 ? (had & ~PTE_ADDR) | copy : 0;
    }
    /* fork=eager: write-protect this root entry, so that sibling threads that
     * write block on as->lock: the copy is a consistent snapshot. */
    if (level == PT_LEVELS && share->level == SHARE_NONE
        && __atomic_load_n(&as->refs, __ATOMIC_RELAXED) > 1) {
        lower(entry);
        tlb_flush_all(as_cpus(as));
    }
    return share_below(share, entry, level, addr);
}

static bool
share_table(struct share *share, pte_t *dst, pte_t *src, int level,
            vaddr_t base)
{
    for_each_line(line, frame_of(frame_addr(src))->lines) {
        for (u64 i = line * LINE_ENTRIES; i < (line + 1) * LINE_ENTRIES; i++) {
            if (!pte_is_edge(src[i])) {
                continue;
            }
            pte_t child = share_entry(share, &src[i], level,
                                      base + i * pt_span(level));
            if (child == 0) {
                return false;
            }
            pt_install(&dst[i], child);
        }
    }
    return true;
}

int
pt_share(paddr_t dst_root, struct as *as, enum share_level level)
{
    struct share share = {.as = as, .level = level,
                          .dst = frame_ptr(dst_root)};

    assert(spin_held(&as->lock));
    bool done = share_table(&share, share.dst, frame_ptr(as->root),
                            PT_LEVELS, 0);
    /* Before the lock is dropped and before anyone can reach the child: else a
     * sibling thread could still write to a page that the child shares (H5). */
    if (share.lowered) {
        tlb_flush_all(as_cpus(as));
    }
    return done ? 0 : share.stopped ? -EINTR : -ENOMEM;
}

static void free_table(paddr_t table, int level);

/* Inline: most nodes are pages, and need no call. */
inline void
pt_drop(paddr_t node, int level)
{
    if (!drop_edge(frame_of(node))) {
        return;
    }
    if (level == 0) {
        frame_free(node, CONTENT_ANY);
    } else {
        free_table(node, level);
    }
}

/* Clear one cache line of a table, and drop what its entries named. */
static inline void
drop_line(pte_t *entries, int level)
{
#pragma GCC unroll 8
    for (int i = 0; i < LINE_ENTRIES; i++) {
        pte_t entry = entries[i];
        if (entry != 0) {
            entries[i] = 0;
            pt_drop(pte_addr(entry), level - 1);
        }
    }
}

/* Free a table without in-edges.  Its entries are cleared on the way, so that
 * the next frame_alloc_zero need not clear this frame. */
static void
free_table(paddr_t table, int level)
{
    for_each_line(line, frame_of(table)->lines) {
        drop_line(LINE(table, line), level);
    }
    frame_free(table, level == PT_LEVELS ? CONTENT_ROOT : CONTENT_ZERO);
}
