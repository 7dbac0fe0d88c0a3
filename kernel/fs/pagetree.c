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
    return slot != NULL ? *slot & ~PAGETREE_NEW : 0;
}

void
pagetree_present(struct pagetree *tree, u64 index, u64 count, paddr_t *found)
{
    const paddr_t *slot = NULL;

    for (u64 i = 0; i < count; i++) {
        /* Within a node, the slots of neighbours are adjacent. */
        if (i == 0 || (index + i) % SLOTS == 0 || tree->height == 0) {
            slot = pagetree_slot(tree, index + i, false);
        }
        found[i] = slot != NULL ? *slot++ & ~PAGETREE_NEW : 0;
        if (found[i] != 0) {
            frame_get(found[i]);
        }
    }
}

struct cut {
    u64 first, end; /* pages still to go */
    bool punch;
    u64 left;       /* of this portion */
};

static bool
is_empty(const paddr_t *node)
{
    int i = 0;

    while (i < SLOTS && node[i] == 0) {
        i++;
    }
    return i == SLOTS;
}

/* The part of the cut that lies in one slot; `base` is its first page. */
static void
drop(struct pagetree *tree, struct cut *cut, paddr_t *slot, int level, u64 base)
{
    if (*slot == 0) {
        return;
    }
    if (level == 0) {
        paddr_t frame = *slot & ~PAGETREE_NEW;
        cut->first = base + 1;
        cut->left--;
        if (cut->punch && frame_of(frame)->refs > 1) {
            memset(frame_ptr(frame), 0, PAGE_SIZE);
        } else {
            frame_disown(frame);
            *slot = 0;
            tree->pages--;
        }
        return;
    }
    u64 each = 1UL << (SLOT_BITS * (level - 1));
    paddr_t *child = frame_ptr(*slot);
    u64 i = (MAX(cut->first, base) - base) / each;
    for (; i < SLOTS && base + i * each < cut->end && cut->left > 0; i++) {
        drop(tree, cut, &child[i], level - 1, base + i * each);
    }
    if (is_empty(child)) {
        frame_put(*slot);
        *slot = 0;
    }
}

bool
pagetree_drop(struct pagetree *tree, u64 *first, u64 end, bool punch)
{
    u64 all = 1UL << (SLOT_BITS * tree->height);
    struct cut cut = {*first, MIN(end, all), punch, PAGETREE_PORTION};

    if (cut.first < cut.end) {
        drop(tree, &cut, &tree->root, tree->height, 0);
    }
    if (tree->root == 0) {
        tree->height = 0;
    }
    *first = cut.first;
    return cut.left == 0;
}
