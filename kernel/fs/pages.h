/*
 * The pages of a file: a tree from page index to frame, of nodes with 512
 * slots each.
 *
 *   height 2:          root node               index = 18 bits
 *                    /     |     \
 *               node     hole     node         upper 9 bits choose here
 *             / | \                 |
 *         frame frame ...         frame        lower 9 bits choose here
 *
 * At height 0 the root is the frame of page 0 itself.  A slot of 0 is a hole.
 * The tree has one hold on each data frame (FRAME_CACHE); nodes are frames of
 * kind FRAME_KERNEL.  All functions: the owner's lock is held, none sleeps.
 */
#pragma once

#include "core/types.h"

struct pages {
    paddr_t root;  /* 0: no page at all */
    int height;
    u64 count;     /* data frames */
};

#define PAGES_INDEX_MAX (1UL << 51) /* file offsets have 63 bits */

/* The frame at index.  => 0 if there is a hole; no reference taken */
paddr_t pages_find(const struct pages *pages, u64 index);

/* The frame at index, made (of zeros) if there is a hole.
 * => 0 and *frame, no reference taken; -ENOMEM with nothing changed */
int pages_make(struct pages *pages, u64 index, paddr_t *frame) __must_check;

/* Drop every page with index from or greater, and the nodes left empty. */
void pages_trim(struct pages *pages, u64 from);
