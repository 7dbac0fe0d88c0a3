/*
 * The tree of a space's vmas: a treap (Seidel and Aragon 1996), that is, a
 * search tree by address and a heap by priorities drawn at random, which keep
 * it flat.  Fork shares the root, as it does with the tables (mm/share.h), and
 * by the same rules (A1 to A4, A6, A12 in protocol.md):
 *
 * VM-1 COUNT  refs is the number of links to the node, from nodes and roots.
 * VM-2 OWNED  A node changes only after every node from the root to it is
 *             owned, that is, has refs 1; so what is shared never changes.
 * VM-3 SHAPE  Order, heap, and what a node knows of those below it are right.
 *
 * Split and merge touch only the nodes on the ways to where they cut and sew.
 * So a change first owns those ways, which may fail, and works in place then.
 */
#pragma once

#include "mm/object.h"
#include "mm/vma.h"

struct vma_node {
    struct vma vma;
    struct vma_node *left, *right; /* one reference each */
    vaddr_t low, high;     /* of all vmas from here down */
    u64 gap;               /* largest hole between two of them */
    u32 count;             /* how many they are */
    u32 priority;          /* not lower than any below */
    u32 refs;              /* a */
    u32 links;             /* seen by debug/check.c; else 0 */
};

/* One reference to a vma's object more, or fewer. */
static inline void
vma_hold(const struct vma *vma)
{
    if (vma->object != NULL) {
        __atomic_store_n(&vma->object->mapped, true, __ATOMIC_RELAXED);
        vma->object->ops->get(vma->object);
    }
}

static inline void
vma_release(const struct vma *vma)
{
    if (vma->object != NULL) {
        vma->object->ops->put(vma->object);
    }
}

/* One link to a node more, or fewer; the last frees it and what only it has. */
struct vma_node *vmatree_get(struct vma_node *node);
void vmatree_put(struct vma_node *node);

/* Own the nodes on the way to addr; *next is the first vma from there on.
 * => 0, or -ENOMEM: some are owned */
int vmatree_own(struct vma_node **root, vaddr_t addr, vaddr_t *next)
    __must_check;

/* Renew what the nodes on the way to addr know of those below. */
void vmatree_refresh(struct vma_node *node, vaddr_t addr);

/* Add a node, whose priority says where; or behind all others. */
void vmatree_add(struct vma_node **link, struct vma_node *new);
void vmatree_append(struct vma_node **link, struct vma_node *new);

/* Take out the vma that starts there.  => its node */
struct vma_node *vmatree_remove(struct vma_node **link, vaddr_t start);

/* Take out all that start in [start, end).  => their tree */
struct vma_node *vmatree_cut(struct vma_node **link, vaddr_t start,
                             vaddr_t end);

/* Where the highest hole of this size ends, at `end` at most; if there is none
 * among the node's vmas and above, where the hole below them ends. */
vaddr_t vmatree_gap_end(const struct vma_node *node, u64 size, vaddr_t end);
