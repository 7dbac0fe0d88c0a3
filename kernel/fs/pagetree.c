/*
 * The tree of a file's pages.
 */
#include "common/string.h"

#include "fs/pagetree.h"

#define SLOT_BITS 9
#define SLOTS     512

/* Make the tree higher, until it has a slot for page `index`.
 * => false: no memory */
static bool
pagetree_grow(struct pagetree *tree, u64 index)
{
    while (index >> (SLOT_BITS * tree->height) != 0) {
        paddr_t node = 0;
        if (tree->root != 0) { /* the old root becomes the first child */
            node = frame_alloc_zero(FRAME_KERNEL);
            if (node == 0) {
                return false;
            }
            *(paddr_t *)frame_ptr(node) = tree->root;
        }
        tree->root = node;
        tree->height++;
    }
    return true;
}

inline paddr_t *
pagetree_slot(struct pagetree *tree, u64 index, bool make)
{
    paddr_t *slot = &tree->root;

    if (index >> (SLOT_BITS * tree->height) != 0
        && !(make && pagetree_grow(tree, index))) {
        return NULL;
    }
    int bits = SLOT_BITS * tree->height;
    while (bits > 0) {
        if (*slot == 0 && make) {
            *slot = frame_alloc_zero(FRAME_KERNEL);
        }
        if (*slot == 0) {
            return NULL;
        }
        bits -= SLOT_BITS;
        slot = (paddr_t *)frame_ptr(*slot) + (index >> bits & (SLOTS - 1));
    }
    return slot;
}

paddr_t
pagetree_at(struct pagetree *tree, u64 index, bool make)
{
    paddr_t *slot = pagetree_slot(tree, index, make);

    if (make && slot != NULL && *slot == 0) {
        *slot = frame_alloc_zero(tree->kind);
        tree->pages += *slot != 0;
    }
    return slot != NULL ? *slot : 0;
}

void
pagetree_present(struct pagetree *tree, u64 index, u64 count, paddr_t *found)
{
    while (count > 0) {
        /* Within a node, the slots of neighbours are adjacent. */
        const paddr_t *slot = pagetree_slot(tree, index, false);
        u64 run = tree->height > 0 ? MIN(count, SLOTS - index % SLOTS) : 1;
        count -= run;
        index += run;
        for (; run > 0; run--, found++) {
            *found = slot != NULL ? *slot++ : 0;
            if (*found != 0) {
                frame_get(*found);
            }
        }
    }
}

/* The same for the subtree in one slot.  => whether the slot is empty now */
static bool
drop(struct pagetree *tree, paddr_t *slot, int level, u64 first, u64 end,
     bool punch)
{
    bool gone = true;

    if (*slot == 0 || first >= end) {
        return true;
    }
    if (level == 0 && punch && frame_of(*slot)->refs > 1) {
        memset(frame_ptr(*slot), 0, PAGE_SIZE);
        return false;
    }
    if (level == 0) {
        frame_disown(*slot);
        *slot = 0;
        tree->pages--;
        return true;
    }
    u64 each = 1UL << (SLOT_BITS * (level - 1));
    paddr_t *child = frame_ptr(*slot);
    for (u64 i = first / each; i < SLOTS && i * each < end; i++) {
        u64 start = i * each;
        gone &= drop(tree, &child[i], level - 1, MAX(first, start) - start,
                     MIN(end - start, each), punch);
    }
    if (gone && first == 0 && end == each * SLOTS) {
        frame_put(*slot);
        *slot = 0;
    }
    return gone;
}

void
pagetree_drop(struct pagetree *tree, u64 first, u64 end, bool punch)
{
    u64 all = 1UL << (SLOT_BITS * tree->height);

    drop(tree, &tree->root, tree->height, first, MIN(end, all), punch);
    if (tree->root == 0) {
        tree->height = 0;
    }
}
