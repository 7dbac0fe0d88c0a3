/*
 * Vmas: looked for, and changed.  The essential fact: vma_own owns, that is,
 * copies if others have them, all nodes that a change touches, and reserves the
 * new ones.  It comes first in every change, so that what follows works in
 * place and cannot fail.
 */
#include "abi/errno.h"

#include "core/memlayout.h"
#include "core/panic.h"

#include "arch/cpu.h"

#include "mm/as.h"
#include "mm/heap.h"
#include "mm/vmatree.h"

u32
vma_count(const struct as *as)
{
    return as->vmas != NULL ? as->vmas->count : 0;
}

struct vma *
vma_first_from(const struct as *as, vaddr_t addr)
{
    struct vma_node *node = as->vmas;
    struct vma *found = NULL;

    while (node != NULL) {
        if (addr >= node->vma.end) {
            node = node->right;
            continue;
        }
        found = &node->vma;
        if (addr >= found->start) {
            break;
        }
        node = node->left;
    }
    return found;
}

struct vma *
vma_next(const struct as *as, const struct vma *vma)
{
    return vma_first_from(as, vma->end);
}

struct vma *
vma_find(const struct as *as, vaddr_t addr)
{
    struct vma *vma = vma_first_from(as, addr);

    return vma != NULL && vma->start <= addr ? vma : NULL;
}

void
vma_around(const struct as *as, vaddr_t addr, struct vma **before,
           struct vma **after)
{
    struct vma_node *node = as->vmas;

    *before = NULL;
    *after = NULL;
    while (node != NULL) {
        if (node->vma.start < addr) {
            *before = &node->vma;
            node = node->right;
        } else {
            *after = &node->vma;
            node = node->left;
        }
    }
}

vaddr_t
vma_gap(const struct as *as, u64 size)
{
    vaddr_t end = vmatree_gap_end(as->vmas, size, MMAP_TOP);

    return end >= USER_START + size ? end - size : 0;
}

/* Reserved nodes are chained by `left`; they hold nothing else. */
static int
reserve(struct as *as, u32 nodes)
{
    struct vma_node **link = &as->vma_spare;

    for (; nodes > 0; nodes--) {
        if (*link == NULL) {
            struct vma_node *node = kmalloc(sizeof(*node));
            if (node == NULL) {
                return -ENOMEM;
            }
            node->vma.object = NULL;
            node->left = NULL;
            node->right = NULL;
            node->refs = 1;
            *link = node;
        }
        link = &(*link)->left;
    }
    return 0;
}

int
vma_own(struct as *as, vaddr_t start, vaddr_t end, u32 more)
{
    vaddr_t next;

    assert(spin_held(&as->lock));
    int error = vmatree_own(&as->vmas, start, &next);
    if (error == 0 && next <= end) {
        error = vmatree_own(&as->vmas, end, &next);
    }
    if (error == 0 && next == end) { /* it may be merged, and its node go */
        error = vmatree_own(&as->vmas, end + 1, &next);
    }
    return error == 0 ? reserve(as, more) : error;
}

int
vma_own_inside(struct as *as, vaddr_t start, vaddr_t end, u32 more)
{
    int error = vma_own(as, start, end, more);
    vaddr_t next;

    while (start < end && error == 0) {
        start = vma_find(as, start)->end;
        error = vmatree_own(&as->vmas, start, &next);
    }
    return error;
}

/* Make a node of a vma.  Without noise, 235 gives a new program's six to eight
 * vmas a flat tree.  Noise keeps a program from choosing what it maps by the
 * priorities that come, which would make the tree a list. */
static inline struct vma_node *
fill(struct as *as, struct vma_node *node, const struct vma *vma, u64 noise)
{
    as->vma_seed = (as->vma_seed ^ noise) * 0x9e3779b97f4a7c15 + 235;
    vma_hold(vma);
    node->vma = *vma;
    node->right = NULL;
    node->priority = (u32)(as->vma_seed >> 32);
    node->refs = 1;
    node->links = 0;
    return node;
}

static void
add(struct as *as, const struct vma *vma)
{
    struct vma_node *node = as->vma_spare;

    assert(node != NULL);
    as->vma_spare = node->left;
    vmatree_add(&as->vmas, fill(as, node, vma, rdtsc()));
}

/* The vma that starts there goes; one node is kept for the next mapping. */
static void
delete(struct as *as, vaddr_t start)
{
    struct vma_node *node = vmatree_remove(&as->vmas, start);

    vma_release(&node->vma);
    node->vma.object = NULL;
    node->left = NULL;
    node->right = NULL;
    if (as->vma_spare == NULL) {
        as->vma_spare = node;
    } else {
        kfree(node);
    }
}

/* Make addr a border, if a vma has it inside. */
static void
cut(struct as *as, vaddr_t addr)
{
    struct vma *vma = vma_find(as, addr);

    if (vma != NULL && vma->start < addr) {
        struct vma upper = *vma;
        upper.start = addr;
        upper.offset += (addr - vma->start) >> PAGE_SHIFT;
        vma->end = addr;
        add(as, &upper);
    }
}

void
vma_remove(struct as *as, vaddr_t start, vaddr_t end)
{
    struct vma *first = vma_find(as, start);

    if (first != NULL && first->start == start && first->end == end) {
        delete(as, start);
        return;
    }
    cut(as, end);
    if (first != NULL && first->start < start) {
        first->end = start;
    }
    vmatree_put(vmatree_cut(&as->vmas, start, end));
}

bool
vma_continues(const struct vma *a, const struct vma *b)
{
    u64 pages = (a->end - a->start) >> PAGE_SHIFT;

    return a->end == b->start && a->prot == b->prot && a->flags == b->flags
           && a->object == b->object
           && (a->object == NULL || a->offset + pages == b->offset);
}

/* Make one vma of the two that meet at addr, if they are as one. */
static void
join(struct as *as, vaddr_t addr)
{
    struct vma *before, *after;

    vma_around(as, addr, &before, &after);
    if (before != NULL && after != NULL && vma_continues(before, after)) {
        before->end = after->end;
        delete(as, after->start);
        vmatree_refresh(as->vmas, addr);
    }
}

void
vma_insert(struct as *as, const struct vma *new)
{
    struct vma *before, *after;

    vma_around(as, new->start, &before, &after);
    assert(after == NULL || after->start >= new->end);
    if (before != NULL && vma_continues(before, new)) {
        before->end = new->end;
        vmatree_refresh(as->vmas, new->start);
        join(as, new->end);
    } else if (after != NULL && vma_continues(new, after)) {
        after->start = new->start;
        after->offset = new->offset;
        vmatree_refresh(as->vmas, new->start);
    } else {
        add(as, new);
    }
}

int
vma_append(struct as *as, const struct vma *new)
{
    if (as->vmas != NULL && as->vmas->high > new->start) {
        return -EEXIST;
    }
    struct vma_node *node = kmalloc(sizeof(*node));
    if (node == NULL) {
        return -ENOMEM;
    }
    vmatree_append(&as->vmas, fill(as, node, new, 0));
    return 0;
}

void
vma_protect(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    cut(as, start);
    cut(as, end);
    while (start < end) {
        struct vma *vma = vma_find(as, start);
        vaddr_t next = vma->end;
        vma->prot = prot;
        join(as, start);
        start = next;
    }
    join(as, end);
}
