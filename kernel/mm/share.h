/*
 * The shared tree: page tables that parent and child share after fork, and copy
 * when they write.
 *
 * A node is a table of level 4 to 1, or a page (level 0).  The processor ANDs
 * the W bits of a path, so one cleared W protects all below it, and a whole
 * subtree is shared by one entry (README.md draws it).  Who writes takes what
 * the others have dropped, or makes a copy: same children, each with one edge
 * more, and all W clear.
 *
 * PT-1 COUNT       refs of a node below a root = entries that name it, in
 *                  distinct live tables, plus named holds.
 * PT-2 ONE-WRITER  An entry with W names a node with one in-edge (unless S).
 * PT-3 OWNED-PATH  A table is changed only under its space's lock, after every
 *                  table from the root to it has been made owned (refs 1,
 *                  reached by W entries).  The only other writes: the
 *                  hardware's A and D, and clearing W in pt_own.
 * TLB-1            Flush before drop, and before publish.
 */
#pragma once

#include "core/types.h"

struct as;

/* Eight entries fill a cache line; a table's `lines` mask says which of its 64
 * lines may hold any, so that work follows what is there. */
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

/* Give the fresh root dst_root what as has, shared from `level` down.
 * => as->lock held; nobody can reach dst_root yet
 * => 0, or -ENOMEM: dst_root holds a part, legal, to be dropped
 * => no CPU keeps a right to write what is now shared */
int pt_share(paddr_t dst_root, struct as *as, enum share_level level)
    __must_check;

/* Make as the owner of every table on the path to addr, making tables that are
 * missing.
 * => as->lock held
 * => the last-level entry for addr; NULL if there is no memory (what has been
 *    done is legal and invisible) */
pte_t *pt_own(struct as *as, vaddr_t addr) __must_check;

/* The same for tables that exist, down to the table of *level at most.
 * => the entry where the path ends, and its *level: as asked, or that of an
 *    entry that leads nowhere; NULL: no memory */
pte_t *pt_own_present(struct as *as, vaddr_t addr, int *level) __must_check;

/* Level 0 of the same verb: make the page behind entry writable for as alone,
 * by taking it if it is ours, else by a copy.
 * => entry came from pt_own(as, addr) and is present; the vma allows writes
 * => false: no memory */
bool pt_own_page(struct as *as, vaddr_t addr, pte_t *entry) __must_check;

/* Put child under entry of an owned table. */
void pt_install(pte_t *entry, pte_t value);

/* One reference to node fewer; with the last, free it and drop its children.
 * => no CPU can reach node through the dropped edge (flushed before) */
void pt_drop(paddr_t node, int level);
