/*
 * The tree of a file's pages.
 *
 * Essential fact: a slot is a frame's address, so its low bits are free; the
 * lowest says that the page is there on approval only.
 */
#include "common/string.h"

#include "fs/pagetree.h"

#define SLOT_BITS 9
#define SLOTS     512
#define APPROVAL  1UL

/* The slot of page `index`.  => NULL: there is no node for it */
static inline paddr_t *
find_slot(struct pagetree *tree, u64 index)
{
    int bits = SLOT_BITS * tree->height;
    paddr_t *slot = &tree->root;

    if (index >> bits != 0) {
        return NULL;
    }
    while (bits > 0 && *slot != 0) {
        bits -= SLOT_BITS;
        slot = (paddr_t *)frame_ptr(*slot) + (index >> bits & (SLOTS - 1));
    }
    return bits == 0 ? slot : NULL;
}

/* The same, with what nodes are missing made, which stay.
 * => NULL: no memory */
static paddr_t *
make_slot(struct pagetree *tree, u64 index)
{
    while (index >> (SLOT_BITS * tree->height) != 0) {
        paddr_t node = 0;
        if (tree->root != 0) { /* what there is becomes the first child */
            node = frame_alloc_zero(FRAME_KERNEL);
            if (node == 0) {
                return NULL;
            }
            *(paddr_t *)frame_ptr(node) = tree->root;
        }
        tree->root = node;
        tree->height++;
    }
    paddr_t *slot = &tree->root;
    for (int level = tree->height - 1; level >= 0; level--) {
        if (*slot == 0) {
            *slot = frame_alloc_zero(FRAME_KERNEL);
        }
        if (*slot == 0) {
            return NULL;
        }
        slot = (paddr_t *)frame_ptr(*slot)
               + (index >> (SLOT_BITS * level) & (SLOTS - 1));
    }
    return slot;
}

/* => NULL: no memory, or the slot, which is no hole */
static paddr_t *
fill_slot(struct pagetree *tree, u64 index, paddr_t mark)
{
    paddr_t *slot = make_slot(tree, index);

    if (slot == NULL || *slot != 0) {
        return slot;
    }
    paddr_t frame = frame_alloc_zero(tree->kind);
    if (frame == 0) {
        return NULL;
    }
    tree->pages++;
    *slot = frame | mark;
    return slot;
}

paddr_t
pagetree_find(struct pagetree *tree, u64 index)
{
    const paddr_t *slot = find_slot(tree, index);

    return slot != NULL ? *slot & ~APPROVAL : 0;
}

paddr_t
pagetree_make(struct pagetree *tree, u64 index)
{
    paddr_t *slot = fill_slot(tree, index, 0);

    return slot != NULL ? *slot &= ~APPROVAL : 0;
}

void
pagetree_present(struct pagetree *tree, u64 index, u64 count, paddr_t *found)
{
    while (count > 0) {
        /* In a node, the slots of neighbours lie side by side. */
        const paddr_t *slot = find_slot(tree, index);
        u64 run = tree->height > 0 ? SLOTS - index % SLOTS : 1;
        run = MIN(run, count);
        index += run;
        count -= run;
        for (; run > 0; run--, found++) {
            *found = slot != NULL ? *slot++ & ~APPROVAL : 0;
            if (*found != 0) {
                frame_get(*found);
            }
        }
    }
}

/* Drop what hangs in this slot, from page `first` of it up to `end`; punch: a
 * page that somebody else uses is cleared and stays.
 * => whether nothing is left of that */
static bool
drop(struct pagetree *tree, paddr_t *slot, int level, u64 first, u64 end,
     bool punch)
{
    paddr_t frame = *slot & ~APPROVAL;

    if (frame == 0 || first >= end) {
        return true;
    }
    if (level == 0) {
        if (punch && frame_of(frame)->refs > 1) {
            memset(frame_ptr(frame), 0, PAGE_SIZE);
            return false;
        }
        frame_disown(frame);
        tree->pages--;
        *slot = 0;
        return true;
    }
    u64 each = 1UL << (SLOT_BITS * (level - 1));
    paddr_t *child = frame_ptr(frame);
    bool empty = true;
    for (u64 i = first / each; i < SLOTS && i * each < end; i++) {
        u64 start = i * each;
        empty &= drop(tree, &child[i], level - 1, MAX(first, start) - start,
                      MIN(end - start, each), punch);
    }
    if (empty && first == 0 && end == each * SLOTS) {
        frame_put(frame);
        *slot = 0;
    }
    return empty;
}

static void
drop_range(struct pagetree *tree, u64 first, u64 end, bool punch)
{
    u64 all = 1UL << (SLOT_BITS * tree->height);

    drop(tree, &tree->root, tree->height, first, MIN(end, all), punch);
    if (tree->root == 0) {
        tree->height = 0;
    }
}

void
pagetree_drop(struct pagetree *tree, u64 first, u64 end)
{
    drop_range(tree, first, end, false);
}

void
pagetree_punch(struct pagetree *tree, u64 first, u64 end)
{
    drop_range(tree, first, end, true);
}

bool
pagetree_reserve(struct pagetree *tree, u64 index)
{
    return fill_slot(tree, index, APPROVAL) != NULL;
}

void
pagetree_settle(struct pagetree *tree, u64 first, u64 end, bool keep)
{
    for (u64 index = first; index < end; index++) {
        paddr_t *slot = find_slot(tree, index);
        if (slot == NULL || !(*slot & APPROVAL)) {
            continue;
        }
        *slot &= ~APPROVAL;
        if (!keep) {
            pagetree_drop(tree, index, index + 1);
        }
    }
}
