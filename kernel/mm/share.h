/*
 * The shared tree: page tables that parent and child share after fork, and copy
 * at the first write.
 *
 * A node is a table of level 4 to 1, or a page (level 0).  The processor ANDs
 * the W bits of a path, so one cleared W protects all below it, and a whole
 * subtree is shared by one entry (README.md draws it).  A writer must own each
 * node on its path.  It takes a node that no other entry names, and copies one
 * that is shared: same children, each with one more edge, and all W clear.
 *
 * PT-1 COUNT       refs of a node below a root = entries that name it, in
 *                  distinct live tables, plus named holds.
 * PT-2 ONE-WRITER  An entry with W names a node with one in-edge (unless S).
 * PT-3 OWNED-PATH  A table is changed only under its space's lock, after every
 *                  table from the root to it is owned (refs 1, and named
 *                  by an entry with W).  The only other writes: the
 *                  hardware's A and D, and clearing W in pt_own.
 * TLB-1            Flush before drop, and before the child can be found.
 */
#pragma once

#include "core/types.h"

#include "mm/frame.h"

struct as;

/* Eight entries fill a cache line.  A table's `lines` mask says which of its 64
 * lines may hold entries, so that no walk looks at the empty ones. */
#define LINE_ENTRIES 8
#define for_each_line(line, mask)                                          \
    for (u64 rest_ = (mask), line;                                         \
         rest_ != 0 && (line = (u64)__builtin_ctzl(rest_), true);          \
         rest_ &= rest_ - 1)

/* The level at which sharing starts: what parent and child share after fork. */
enum share_level {
    SHARE_NONE = 0,  /* fork=eager: nothing, every page is copied */
    SHARE_PAGES = 1, /* fork=page: the pages */
    SHARE_TABLES = 2, /* fork=table: the last-level tables */
    SHARE_TREE = 4,  /* fork=tree: everything under the root */
};

/* Fill the fresh root dst_root with what `as` maps, shared from `level` down.
 * => as->lock held; no CPU can reach dst_root yet
 * => 0; -ENOMEM, or -EINTR (the process is to end): dst_root holds a part of
 *    it, and can be dropped
 * => no CPU keeps a right to write what is now shared */
int pt_share(paddr_t dst_root, struct as *as, enum share_level level)
    __must_check;

/* Make `as` the owner of every table on the path to addr.  Make the tables that
 * are missing.
 * => as->lock held
 * => the last-level entry for addr; NULL: no memory (the tables that were owned
 *    before that stay so; no program can see a difference) */
pte_t *pt_own(struct as *as, vaddr_t addr) __must_check;

/* The same for tables that exist, down to the table of *level at most.
 * => the entry where the path ends, and its *level: as asked, or higher if that
 *    entry names no table; NULL: no memory */
pte_t *pt_own_present(struct as *as, vaddr_t addr, int *level) __must_check;

/* Own at level 0: make the page behind entry writable for `as` alone.  Take the
 * page if no other entry names it, else copy it.
 * => entry came from pt_own(as, addr) and is present; the vma allows writes
 * => false: no memory */
bool pt_own_page(struct as *as, vaddr_t addr, pte_t *entry) __must_check;

/* Put child under entry of an owned table. */
void pt_install(pte_t *entry, pte_t value);

/* Drop one in-edge.  => whether it was the last */
static inline bool
drop_edge(struct frame *frame)
{
    /* refs 1 means that no other space can hold or add an edge (A12). */
    return __atomic_load_n(&frame->refs, __ATOMIC_ACQUIRE) == 1
           /* one way: another CPU would drop its edge between the two */
           || __atomic_fetch_sub(&frame->refs, 1, __ATOMIC_ACQ_REL) == 1;
}

/* Drop one reference to node; with the last, free it and drop its children.
 * => no CPU can reach node through the dropped edge (flushed before) */
void pt_drop(paddr_t node, int level);

/* The same for a large subtree, and for all below a table, with rests
 * (teardown.c).
 * The entry that names the node is cleared only afterwards: so the checkers see
 * a tree that becomes smaller.
 * => as->lock is held; as NULL: no lock */
void pt_drop_long(struct as *as, paddr_t node, int level);
void pt_empty(struct as *as, paddr_t table, int level);
