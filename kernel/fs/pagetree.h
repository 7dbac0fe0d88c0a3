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
 * The tree has one hold on each data frame; nodes are frames of kind
 * FRAME_KERNEL.  All functions: => the owner's lock held
 */
#pragma once

#include "mm/frame.h"

struct pagetree {
    paddr_t root;         /* 0: no page at all */
    int height;
    enum frame_kind kind; /* of the data frames */
    u64 pages;            /* data frames there are */
};

/* The frame of a page.  => 0: a hole */
paddr_t pagetree_find(struct pagetree *tree, u64 index);

/* The same; a hole becomes a page of zeros.  => 0: no memory */
paddr_t pagetree_make(struct pagetree *tree, u64 index) __must_check;

/* The frames of `count` pages from index on, each with one more reference; 0
 * where there is a hole. */
void pagetree_present(struct pagetree *tree, u64 index, u64 count,
                      paddr_t *found);

/* Give up the tree's hold on all pages from index `first` up to `end`. */
void pagetree_drop(struct pagetree *tree, u64 first, u64 end);

/* The same, but a page to which somebody else has a reference is cleared and
 * stays: a mapping that shows it goes on to do so. */
void pagetree_punch(struct pagetree *tree, u64 first, u64 end);

/* Make a page in a hole on approval: of those in a range that nobody has made
 * his own since (pagetree_make), all stay or all go.  => false: no memory */
bool pagetree_reserve(struct pagetree *tree, u64 index) __must_check;
void pagetree_settle(struct pagetree *tree, u64 first, u64 end, bool keep);
