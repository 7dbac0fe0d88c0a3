/*
 * Changes to a range of an address space's tables: unmap, map ahead.
 *
 * All functions: as->lock is held; start and end are page aligned.
 */
#pragma once

#include "core/types.h"

struct as;

/* Unmap every page in [start, end), and drop the tables that the range covers
 * whole.  => 0; -ENOMEM: nothing is unmapped */
int range_unmap(struct as *as, vaddr_t start, vaddr_t end) __must_check;

/* Own every last-level table that exists in the range and, with `pages`, every
 * page that is present.  => 0, -ENOMEM (what has been done is legal) */
int range_own(struct as *as, vaddr_t start, vaddr_t end, bool pages)
    __must_check;

/* The bits of a page with this prot, in a vma with these flags (VMA_*): PTE_P
 * or PTE_K, PTE_U, PTE_NX; shared: PTE_S, and PTE_W if the vma may be written.
 * A private page gets W from its callers, by its number of edges. */
pte_t range_rights(u32 prot, u32 flags);

/* In the aligned AROUND bytes that hold addr, map the pages that mapped objects
 * have in memory already.  This saves faults of a new program, and of one that
 * reads a new part of a file.
 * => maps fewer, or none, if there is no memory for a table */
#define AROUND (16 * PAGE_SIZE)
void range_map_around(struct as *as, vaddr_t addr);

/* Map a frame that has one reference, writable, where nothing is mapped.
 * => the vma allows writes; the frame's reference is used up in any case
 * => 0, -ENOMEM */
int range_map_frame(struct as *as, vaddr_t addr, paddr_t frame, u32 prot)
    __must_check;

/* A walk over a range's entries, in the lines that may hold any.  visit sees
 * the last-level entries or, with `whole`, the highest entries that the range
 * covers whole.  Without visit, the first such entry ends the walk. */
struct walk {
    struct as *as;
    vaddr_t start, end;
    bool whole;
    void (*visit)(struct walk *walk);
    pte_t rights; /* new ones for pages */
    u64 lowered;  /* entries that have lost a right */
    u64 work;     /* since it last rested */
    int level;    /* of the entry that is, or was last, visited */
    pte_t *entry;
    vaddr_t addr;
};

/* Visit them, and rest now and then (core/spin.h).
 * => whether it has seen all */
bool range_walk(struct as *as, struct walk *walk);

/* A visit: no CPU uses the entry from the flush on, but it keeps its edge. */
void range_cut_entry(struct walk *walk);

/* Flush what a walk has lowered: one page, or more. */
void range_flush(struct as *as, vaddr_t addr, bool page);
