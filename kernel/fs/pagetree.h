/*
 * The pages of a file, found by their index: a tree of nodes with 512 slots.
 *
 *   height 2:          root node               index = 18 bits
 *                    /     |     \
 *               node     hole     node         upper 9 bits choose here
 *             / | \                 |
 *         frame frame ...         frame        lower 9 bits choose here
 *
 * At height 0 the root is the frame of page 0 itself.  A slot of 0 is a hole.
 * The tree has one reference to each data frame; nodes are frames of kind
 * FRAME_KERNEL.  All functions: => the owner's lock held
 */
#pragma once

#include "mm/frame.h"

struct pagetree {
    paddr_t root;         /* 0: no page */
    int height;
    enum frame_kind kind; /* of the data frames */
    u64 pages;            /* number of data frames */
};

/* The slot of page `index`.  make: first add the nodes that are missing.
 * => NULL: there is no node for it or, with make, no memory */
paddr_t *pagetree_slot(struct pagetree *tree, u64 index, bool make);

/* The frame of a page; make: fill a hole with a frame of zeros.
 * => 0: a hole or, with make, no memory */
paddr_t pagetree_at(struct pagetree *tree, u64 index, bool make);

/* The frames of `count` pages, each with one more reference; 0 for a hole. */
void pagetree_present(struct pagetree *tree, u64 index, u64 count,
                      paddr_t *found);

/* Make holes of pages from index *first up to `end`, one portion at a time, and
 * advance *first.  punch: a page that has another reference, as from a mapping,
 * is cleared instead.
 * => whether to call again: first release the lock for a time */
#define PAGETREE_PORTION 128
bool pagetree_drop(struct pagetree *tree, u64 *first, u64 end, bool punch);

/* Marks a slot whose page fallocate has just made (fallocate.c). */
#define PAGETREE_NEW 1UL
