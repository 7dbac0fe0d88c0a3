/*
 * The tree of vmas.  The essential fact: the way to an address is that of a
 * search by start, left at what starts there or above.  It leads through the
 * last vma below the address and through the first above.
 *
 * Read vmatree_own, then split and merge.
 */
#include "abi/errno.h"

#include "core/panic.h"

#include "mm/heap.h"
#include "mm/vmatree.h"

static bool
is_owned(const struct vma_node *node)
{
    /* Acquire: who dropped last has read it, and counted its children (A4). */
    return __atomic_load_n(&node->refs, __ATOMIC_ACQUIRE) == 1;
}

struct vma_node *
vmatree_get(struct vma_node *node)
{
    if (node != NULL) {
        __atomic_fetch_add(&node->refs, 1, __ATOMIC_RELAXED);
    }
    return node;
}

void
vmatree_put(struct vma_node *node)
{
    while (node != NULL
           && (is_owned(node) /* nobody else can hold or add a link (A12) */
               || __atomic_fetch_sub(&node->refs, 1, __ATOMIC_ACQ_REL) == 1)) {
        struct vma_node *right = node->right;
        vmatree_put(node->left);
        vma_release(&node->vma);
        kfree(node);
        node = right;
    }
}

/* A copied node has a reference to its object and to both of its children. */
static int
own(struct vma_node **link)
{
    struct vma_node *old = *link;

    if (is_owned(old)) {
        return 0;
    }
    struct vma_node *copy = kmalloc(sizeof(*copy));
    if (copy == NULL) {
        return -ENOMEM;
    }
    *copy = (struct vma_node){
        .vma = old->vma, .left = vmatree_get(old->left),
        .right = vmatree_get(old->right), .low = old->low, .high = old->high,
        .gap = old->gap, .count = old->count, .priority = old->priority,
        .refs = 1,
    };
    vma_hold(&copy->vma);
    *link = copy;
    vmatree_put(old); /* last: till now our link kept it from a take (A3) */
    return 0;
}

/* From the root down, as refs 1 below a shared node means nothing (A2). */
int
vmatree_own(struct vma_node **root, vaddr_t addr, vaddr_t *next)
{
    struct vma_node **link = root;

    *next = (vaddr_t)-1;
    while (*link != NULL) {
        if (own(link) != 0) {
            return -ENOMEM;
        }
        if ((*link)->vma.start < addr) {
            link = &(*link)->right;
        } else {
            *next = (*link)->vma.start;
            link = &(*link)->left;
        }
    }
    return 0;
}

/* What a node knows of those below it. */
static inline void
update(struct vma_node *node)
{
    const struct vma_node *left = node->left;
    const struct vma_node *right = node->right;
    u64 left_gap = 0;
    u64 right_gap = 0;

    node->low = node->vma.start;
    node->high = node->vma.end;
    node->count = 1;
    if (left != NULL) {
        node->low = left->low;
        node->count += left->count;
        left_gap = MAX(left->gap, node->vma.start - left->high);
    }
    if (right != NULL) {
        node->high = right->high;
        node->count += right->count;
        right_gap = MAX(right->gap, right->low - node->vma.end);
    }
    node->gap = MAX(left_gap, right_gap);
}

void
vmatree_refresh(struct vma_node *node, vaddr_t addr)
{
    if (node != NULL) {
        vmatree_refresh(node->vma.start < addr ? node->right : node->left,
                        addr);
        update(node);
    }
}

/* Those that start below addr, and the others. */
static void
split(struct vma_node *node, vaddr_t addr, struct vma_node **lower,
      struct vma_node **upper)
{
    if (node == NULL) {
        *lower = NULL;
        *upper = NULL;
        return;
    }
    assert(is_owned(node));
    if (node->vma.start < addr) {
        *lower = node;
        split(node->right, addr, &node->right, upper);
    } else {
        *upper = node;
        split(node->left, addr, lower, &node->left);
    }
    update(node);
}

/* One tree of two; all of the first lie below all of the second. */
static struct vma_node *
merge(struct vma_node *lower, struct vma_node *upper)
{
    if (lower == NULL || upper == NULL) {
        return lower != NULL ? lower : upper;
    }
    struct vma_node *root = lower->priority >= upper->priority ? lower : upper;
    assert(is_owned(root));
    if (root == lower) {
        root->right = merge(root->right, upper);
    } else {
        root->left = merge(lower, root->left);
    }
    update(root);
    return root;
}

void
vmatree_add(struct vma_node **link, struct vma_node *new)
{
    struct vma_node *node = *link;

    if (node == NULL || node->priority < new->priority) {
        split(node, new->vma.start, &new->left, &new->right);
        *link = new;
    } else {
        assert(is_owned(node));
        vmatree_add(node->vma.start < new->vma.start ? &node->right
                                                     : &node->left, new);
    }
    update(*link);
}

void
vmatree_append(struct vma_node **link, struct vma_node *new)
{
    while (*link != NULL && (*link)->priority >= new->priority) {
        struct vma_node *node = *link;
        assert(is_owned(node));
        node->gap = MAX(node->gap, new->vma.start - node->high);
        node->high = new->vma.end;
        node->count++;
        link = &node->right;
    }
    new->left = *link;
    update(new);
    *link = new;
}

struct vma_node *
vmatree_remove(struct vma_node **link, vaddr_t start)
{
    struct vma_node *node = *link;

    assert(is_owned(node));
    if (node->vma.start == start) {
        *link = merge(node->left, node->right);
        return node;
    }
    struct vma_node *removed = vmatree_remove(
        node->vma.start < start ? &node->right : &node->left, start);
    update(node);
    return removed;
}

struct vma_node *
vmatree_cut(struct vma_node **link, vaddr_t start, vaddr_t end)
{
    struct vma_node *before, *inside, *after;

    split(*link, end, &before, &after);
    split(before, start, &before, &inside);
    *link = merge(before, after);
    return inside;
}

vaddr_t
vmatree_gap_end(const struct vma_node *node, u64 size, vaddr_t end)
{
    if (node == NULL || node->low >= end || end >= node->high + size) {
        return end;
    }
    if (node->gap < size) {
        return node->low;
    }
    end = vmatree_gap_end(node->right, size, end);
    if (end >= node->vma.end + size) {
        return end;
    }
    return vmatree_gap_end(node->left, size, MIN(end, node->vma.start));
}
