/*
 * The page tables at fork, in the simple way: each space has tables of its own,
 * and fork shares only the pages.  The essential fact: refs of a page counts
 * the entries that name it.  So a page with one entry belongs to one space,
 * which may write to it; a page with more is read only for all of them, and
 * who wants to write takes a copy.
 *
 * This is for one CPU.  Nothing here can be interrupted by another user of the
 * same tables: the space's lock is held, and the kernel is not preempted.
 *
 * Read pt_own first, then pt_share and share_page, then pt_own_page, then
 * pt_drop.
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

/* Tables allow everything: a page's own entry decides. */
#define TABLE_BITS (PTE_P | PTE_W | PTE_U)

/* Eight entries share a line.  The table's frame remembers which lines may hold
 * entries, for those who walk over many tables. */
void
pt_install(pte_t *entry, pte_t value)
{
    struct frame *table = frame_of(frame_addr(entry));
    u64 index = (u64)entry % PAGE_SIZE / sizeof(pte_t);

    table->lines |= 1UL << index / LINE_ENTRIES;
    *entry = value;
}

/* An empty table.  => 0: no memory */
static paddr_t
table_alloc(int level)
{
    paddr_t table = frame_alloc_zero(FRAME_TABLE);

    if (table != 0) {
        frame_of(table)->level = (u8)level;
    }
    return table;
}

/* The entry for addr in a table of this level. */
static pte_t *
entry_at(paddr_t table, vaddr_t addr, int level)
{
    return (pte_t *)frame_ptr(table) + pt_index(addr, level);
}

/* ---- Own: every table is ours already, so only missing ones are made ---- */

pte_t *
pt_own(struct as *as, vaddr_t addr)
{
    paddr_t table = as->root;

    assert(spin_held(&as->lock));
    for (int level = PT_LEVELS; level > 1; level--) {
        pte_t *entry = entry_at(table, addr, level);
        if (!pte_is_edge(*entry)) {
            paddr_t made = table_alloc(level - 1);
            if (made == 0) {
                return NULL;
            }
            pt_install(entry, made | TABLE_BITS);
        }
        table = pte_addr(*entry);
    }
    return entry_at(table, addr, 1);
}

pte_t *
pt_own_present(struct as *as, vaddr_t addr, int *level)
{
    int at = PT_LEVELS;
    pte_t *entry = entry_at(as->root, addr, at);

    assert(spin_held(&as->lock));
    while (at > *level && pte_is_edge(*entry)) {
        at--;
        entry = entry_at(pte_addr(*entry), addr, at);
    }
    *level = at;
    return entry;
}

/* ---- Share: what fork does with each entry of the parent's tables ---- */

/* => a page of its own with the same content; 0: no memory */
static paddr_t
copy_page(paddr_t old)
{
    paddr_t copy = frame_alloc(FRAME_ANON);

    if (copy != 0) {
        page_copy(frame_ptr(copy), frame_ptr(old));
    }
    return copy;
}

/* Make the child's entry for one page of the parent.  A page of a shared
 * mapping (S) stays shared, with its rights.  So does the zero page, which
 * nobody may write to.  Of any other page: with cow, parent and child share it
 * and neither may write to it; without, the child gets a copy.
 * => the child's entry, a counted edge to its page; 0: no memory
 * => the parent's W may be gone, but its TLB still knows it */
static pte_t
share_page(pte_t *entry, bool cow)
{
    paddr_t page = pte_addr(*entry);

    if ((*entry & PTE_S) == 0 && page != zero_frame) {
        if (!cow) {
            paddr_t copy = copy_page(page);
            return copy != 0 ? (*entry & ~PTE_ADDR) | copy : 0;
        }
        *entry &= ~PTE_W;
    }
    frame_get(page);
    return *entry;
}

/* Fill the child's table `to` from the parent's table `from`.  The tables below
 * them are made anew, and filled in the same way.
 * => false: no memory; what `to` holds can be dropped */
static bool
share_table(paddr_t to, paddr_t from, int level, bool cow)
{
    pte_t *parent = frame_ptr(from);
    pte_t *child = frame_ptr(to);

    for_each_edge(i, parent, level) {
        pte_t entry;
        if (level > 1) {
            paddr_t made = table_alloc(level - 1);
            entry = made != 0 ? made | TABLE_BITS : 0;
        } else {
            entry = share_page(&parent[i], cow);
        }
        if (entry == 0) {
            return false;
        }
        pt_install(&child[i], entry);
        if (level > 1
            && !share_table(pte_addr(entry), pte_addr(parent[i]), level - 1,
                            cow)) {
            return false;
        }
    }
    return true;
}

int
pt_share(paddr_t dst_root, struct as *as, enum share_level level)
{
    bool cow = level != SHARE_NONE;

    assert(spin_held(&as->lock));
    bool done = share_table(dst_root, as->root, PT_LEVELS, cow);
    /* The parent may have W in its TLB: it would write to shared pages. */
    if (cow) {
        tlb_flush_all(as_cpus(as));
    }
    return done ? 0 : -ENOMEM;
}

/* ---- Own a page: the fault of a writer ---- */

bool
pt_own_page(struct as *as, vaddr_t addr, pte_t *entry)
{
    paddr_t old = pte_addr(*entry);

    assert(spin_held(&as->lock));
    if (frame_of(old)->refs == 1) {
        *entry |= PTE_W | PTE_A | PTE_D;
        return true;
    }
    paddr_t copy = copy_page(old);
    if (copy == 0) {
        return false;
    }
    *entry = (*entry & ~PTE_ADDR) | copy | PTE_W | PTE_A | PTE_D;
    /* The TLB may still lead to the old page: flush before it can be freed. */
    tlb_flush_page(as_cpus(as), addr);
    pt_drop(old, 0);
    return true;
}

/* ---- Drop: an entry is gone ---- */

void
pt_drop(paddr_t node, int level)
{
    struct frame *frame = frame_of(node);

    assert(frame->refs > 0);
    frame->refs--;
    if (frame->refs > 0) {
        return;
    }
    if (level > 0) {
        pte_t *table = frame_ptr(node);
        for_each_edge(i, table, level) {
            pt_drop(pte_addr(table[i]), level - 1);
        }
    }
    frame_free(node, CONTENT_ANY);
}
