/*
 * Vmas: what an address space maps, as ranges that do not overlap.  They are
 * the nodes of a treap (Seidel and Aragon 1996): a search tree by address and a
 * heap by priorities drawn at random, which keep it flat.  Fork shares the root
 * as it does with the tables (mm/share.h), by the same rules (A1 to A4, A6 and
 * A12 in protocol.md):
 *
 * VM-1 COUNT  refs is the number of links to the node, from nodes and roots.
 * VM-2 OWNED  A node changes only after every node from the root to it is
 *             owned, that is, has refs 1; so what is shared never changes.
 * VM-3 SHAPE  Order, heap, and what a node stores about its subtree are right.
 *
 * All functions: the address space's lock is held.
 */
#pragma once

#include "core/types.h"

struct as;
struct object;

#define VMA_SHARED 0x1 /* MAP_SHARED: writes go to the object */
#define VMA_STACK  0x2 /* the process's first stack */
#define VMA_NEVER_W 0x4 /* MAP_SHARED of a file not open for writing */
#define VMA_PROGRAM 0x8 /* of the file that exec was given */

/* Linux's limit (vm.max_map_count); mmap may go over it by one, as there. */
#define VMAS_MAX 65530

struct vma {
    vaddr_t start, end;    /* page aligned, start < end */
    u32 prot;              /* PROT_* */
    u32 flags;             /* VMA_* */
    struct object *object; /* one reference; NULL: anonymous private */
    u64 offset;            /* of start in the object, in pages */
};

struct vma_node {
    struct vma vma;
    struct vma_node *left, *right; /* one reference each */
    vaddr_t low, high;     /* borders of all vmas of this subtree */
    u64 gap;               /* largest hole between two of them */
    u32 count;             /* of its nodes */
    u32 priority;          /* at least that of each node below */
    u32 refs;              /* a */
    u32 links;             /* seen by debug/check_vmas.c, else 0 */
};

/* Add / drop one link to a node; dropping the last frees it and drops its own
 * links.  => no lock needed */
struct vma_node *vma_get(struct vma_node *node);
void vma_put(struct vma_node *node);

/* The same for a whole tree, node by node, with rests: as->vma_gone,
 * with as->lock held; or as->vmas of a space without users. */
void vma_free(struct as *as, struct vma_node **root);

/* The vma that contains addr, or NULL. */
struct vma *vma_find(const struct as *as, vaddr_t addr);

/* The first vma that ends after addr, or NULL.  Given a vma's end: the next. */
struct vma *vma_first_from(const struct as *as, vaddr_t addr);

/* The last vma that starts below addr, or NULL. */
struct vma *vma_last_below(const struct as *as, vaddr_t addr);

/* Whether b continues a as if they were one. */
bool vma_continues(const struct vma *a, const struct vma *b);

/* Whether a vma would be cut in two at addr, and whether `more` vmas would
 * exceed the limit. */
bool vma_is_inside(const struct as *as, vaddr_t addr);
bool vma_too_many(const struct as *as, u32 more);

/* Own the nodes that a change at the borders of [start, end) touches, and
 * reserve nodes for `more` vmas; or, at the link to a subtree, those that a
 * change at addr touches.  => 0, or -ENOMEM: the vmas are as they were */
int vma_own(struct as *as, vaddr_t start, vaddr_t end, u32 more) __must_check;
int vma_own_way(struct vma_node **link, vaddr_t addr) __must_check;

/* Add a vma, with a reference of its own to the object, and merge it with
 * neighbours that it continues.
 * => vma_own was called, with 1 more; the range is free */
void vma_insert(struct as *as, const struct vma *new);

/* The same, behind all others and without merging.
 * => nothing is shared yet
 * => 0; -EEXIST: it is not behind them; -ENOMEM */
int vma_append(struct as *as, const struct vma *new) __must_check;

/* Remove what is mapped in [start, end).
 * => vma_own was called, with 1 more if a vma has `end` inside */
void vma_remove(struct as *as, vaddr_t start, vaddr_t end);

/* Split the vma that has addr inside, or merge the two that meet there.
 * => vma_own was called, or vma_own_way; to split, with 1 more */
void vma_split_at(struct as *as, vaddr_t addr);
void vma_merge_at(struct as *as, vaddr_t addr);
