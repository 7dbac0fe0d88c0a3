/*
 * Page-table entries: the hardware's bits (AMD64 manual, volume 2, 5.4), and
 * ours.
 *
 * Software bits:
 *   S  a leaf of a MAP_SHARED mapping: the frame belongs to an object.  W stays
 *      set even if others map the frame; fork does not make it copy on write
 *   K  kept: P is 0 but the address is valid and the entry still counts as an
 *      edge.  It is a PROT_NONE page that holds a frame or, inside munmap only,
 *      a subtree that is unreachable and not dropped yet
 */
#pragma once

#include "core/types.h"

#define PTE_P  0x001UL
#define PTE_W  0x002UL
#define PTE_U  0x004UL
#define PTE_PWT 0x008UL
#define PTE_PCD 0x010UL
#define PTE_A  0x020UL
#define PTE_D  0x040UL
#define PTE_PS 0x080UL
#define PTE_G  0x100UL
#define PTE_S  0x200UL
#define PTE_K  0x400UL
#define PTE_NX (1UL << 63)

#define PTE_ADDR 0x000ffffffffff000UL

#define PT_LEVELS  4
#define PT_ENTRIES 512
#define PT_USER_ENTRIES 256 /* of the root: the user's half */

/* Whether the entry is an edge: it names a frame. */
static inline bool
pte_is_edge(pte_t entry)
{
    return (entry & (PTE_P | PTE_K)) != 0;
}

/* Go over the edges table[i]; of a root only those of the user's half. */
#define for_each_edge(i, table, level)                                     \
    for (unsigned i = 0;                                                   \
         i < ((level) == PT_LEVELS ? PT_USER_ENTRIES : PT_ENTRIES); i++)   \
        if (pte_is_edge((table)[i]))

static inline paddr_t
pte_addr(pte_t entry)
{
    return entry & PTE_ADDR;
}

/* Index into a table of this level (root 4 ... last 1). */
static inline unsigned
pt_index(vaddr_t addr, int level)
{
    return (addr >> (PAGE_SHIFT + 9 * (level - 1))) & (PT_ENTRIES - 1);
}

/* Bytes that one entry of a table of this level spans. */
static inline u64
pt_span(int level)
{
    return 1UL << (PAGE_SHIFT + 9 * (level - 1));
}
