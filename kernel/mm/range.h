/*
 * Changes to a range of an address space's tables: unmap and protect.  Both
 * come in two steps: `prepare` owns the tables that the change will write, and
 * may fail with nothing visible changed; the change itself cannot.
 *
 * All functions: as->lock is held; start and end are page aligned.
 */
#pragma once

#include "core/types.h"

struct as;

/* Own the tables that lie partly in [start, end).  => 0, -ENOMEM */
int range_prepare_unmap(struct as *as, vaddr_t start, vaddr_t end) __must_check;

/* Take every page out of [start, end), and drop whole tables where the range
 * covers them.
 * => range_prepare_unmap was called with the lock held since */
void range_unmap(struct as *as, vaddr_t start, vaddr_t end);

/* Own every last-level table in [start, end).  => 0, -ENOMEM */
int range_prepare_protect(struct as *as, vaddr_t start, vaddr_t end)
    __must_check;

/* Lower or change the rights of every page in [start, end) to prot.  W is only
 * ever cleared here: a page becomes writable by a write fault.
 * => range_prepare_protect was called with the lock held since */
void range_protect(struct as *as, vaddr_t start, vaddr_t end, u32 prot);

/* Own every last-level table that exists in the range and, with `pages`, every
 * page that is present.  => 0, -ENOMEM (what has been done is legal) */
int range_own(struct as *as, vaddr_t start, vaddr_t end, bool pages)
    __must_check;

/* The rights bits of a page with this prot (PTE_P or PTE_K, PTE_U, PTE_NX),
 * without W. */
pte_t range_rights(u32 prot);

/* Map, of the AROUND bytes that hold addr, what privately mapped objects have
 * in memory already: a new program, or one that touches a new part of a file,
 * soon takes these faults.
 * => without W; does less, or nothing, if there is no memory for a table */
#define AROUND (16 * PAGE_SIZE)
void range_map_around(struct as *as, vaddr_t addr);

/* Map a frame that nobody else refers to, writable, where nothing is mapped.
 * => the vma allows writes; the frame's reference is used up in any case
 * => 0, -ENOMEM */
int range_map_frame(struct as *as, vaddr_t addr, paddr_t frame, u32 prot)
    __must_check;
