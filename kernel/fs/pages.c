/*
 * A file's pages.
 *
 * Essential fact: pages_make first counts and allocates every node that it will
 * need, then links them; so it changes all or nothing.
 */
#include "abi/errno.h"

#include "core/panic.h"

#include "mm/frame.h"

#include "fs/pages.h"

#define SLOT_BITS  9
#define SLOTS      512
#define HEIGHT_MAX 6                    /* 9 * 6 bits >= 51 */
#define NODES_MAX  (2 * HEIGHT_MAX)     /* a tree that grows and branches */

static inline u64 *
slots_of(paddr_t node)
{
    return frame_ptr(node);
}

/* How many pages a tree of this height has room for. */
static inline u64
span(int height)
{
    return 1UL << (SLOT_BITS * height);
}

static inline unsigned
slot_index(u64 index, int level)
{
    return index >> (SLOT_BITS * (level - 1)) & (SLOTS - 1);
}

paddr_t
pages_find(const struct pages *pages, u64 index)
{
    paddr_t at = pages->root;

    if (index >= span(pages->height)) {
        return 0;
    }
    for (int level = pages->height; level > 0 && at != 0; level--) {
        at = slots_of(at)[slot_index(index, level)];
    }
    return at;
}

/* How many nodes a tree of `height` lacks on the path to index. */
static int
nodes_missing(const struct pages *pages, u64 index, int height)
{
    paddr_t at = pages->root;

    if (at == 0) {
        return height;
    }
    if (height > pages->height) { /* the new root, and all below it */
        return (height - pages->height) + (height - 1);
    }
    for (int level = height; level > 0; level--) {
        at = slots_of(at)[slot_index(index, level)];
        if (at == 0) {
            return level - 1;
        }
    }
    return 0;
}

/* Allocate n nodes and the data frame, or nothing. */
static int
reserve(paddr_t *nodes, int n, paddr_t *data)
{
    int got = 0;

    *data = frame_alloc_zero(FRAME_CACHE);
    if (*data == 0) {
        return -ENOMEM;
    }
    while (got < n) {
        nodes[got] = frame_alloc_zero(FRAME_KERNEL);
        if (nodes[got] == 0) {
            break;
        }
        got++;
    }
    if (got == n) {
        return 0;
    }
    while (got > 0) {
        frame_put(nodes[--got]);
    }
    frame_put(*data);
    return -ENOMEM;
}

int
pages_make(struct pages *pages, u64 index, paddr_t *frame)
{
    paddr_t spare[NODES_MAX];
    paddr_t data;
    int height = pages->height;

    *frame = pages_find(pages, index);
    if (*frame != 0) {
        return 0;
    }
    assert(index < PAGES_INDEX_MAX);
    while (index >= span(height)) {
        height++;
    }
    int left = nodes_missing(pages, index, height);
    assert(left <= NODES_MAX);
    int error = reserve(spare, left, &data);
    if (error != 0) {
        return error;
    }

    /* ---- no failure below this line ---- */
    while (pages->root != 0 && pages->height < height) {
        paddr_t node = spare[--left];
        slots_of(node)[0] = pages->root;
        pages->root = node;
        pages->height++;
    }
    pages->height = height;
    paddr_t *slot = &pages->root;
    for (int level = height; level > 0; level--) {
        if (*slot == 0) {
            *slot = spare[--left];
        }
        slot = &slots_of(*slot)[slot_index(index, level)];
    }
    assert(left == 0 && *slot == 0);
    *slot = data;
    pages->count++;
    *frame = data;
    return 0;
}

static bool
is_empty(const u64 *slots)
{
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Trim the subtree in slot, whose first page is 0 of `from`'s count. */
static void
trim(struct pages *pages, paddr_t *slot, int level, u64 from)
{
    if (level == 0) {
        frame_put(*slot);
        *slot = 0;
        pages->count--;
        return;
    }
    u64 *slots = slots_of(*slot);
    u64 below = span(level - 1);

    for (u64 i = from / below; i < SLOTS; i++) {
        if (slots[i] != 0) {
            trim(pages, &slots[i], level - 1, from % below);
        }
        from = 0; /* the following subtrees go whole */
    }
    if (is_empty(slots)) {
        frame_put(*slot);
        *slot = 0;
    }
}

void
pages_trim(struct pages *pages, u64 from)
{
    if (pages->root != 0 && from < span(pages->height)) {
        trim(pages, &pages->root, pages->height, from);
    }
    if (pages->root == 0) {
        pages->height = 0;
    }
}
