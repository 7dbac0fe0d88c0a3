/*
 * The vmas of a space: a treap that forks share.  The essential fact: split and
 * merge touch only the nodes on the ways from the root to the borders of what
 * changes.  So vma_own goes those ways first and copies what is shared; it may
 * fail half-way and has changed nothing that anyone sees.  What comes after it
 * works in place and cannot fail.
 *
 * Read own_way, then split, merge and vma_remove.
 */
#include "abi/errno.h"

#include "core/memlayout.h"
#include "core/panic.h"

#include "arch/cpu.h"

#include "mm/as.h"
#include "mm/heap.h"
#include "mm/object.h"
#include "mm/vma.h"

static void
object_get(struct object *object)
{
    if (object != NULL) {
        object->ops->get(object);
    }
}

static void
object_put(struct object *object)
{
    if (object != NULL) {
        object->ops->put(object);
    }
}

/* ---- Life ---- */

static bool
is_owned(const struct vma_node *node)
{
    /* Acquire: who dropped last has read the node, and counted its children. */
    return __atomic_load_n(&node->refs, __ATOMIC_ACQUIRE) == 1;
}

static void
node_get(struct vma_node *node)
{
    if (node != NULL) {
        __atomic_fetch_add(&node->refs, 1, __ATOMIC_RELAXED);
    }
}

/* At refs 1 nobody else can hold or add a link (A12). */
static void
node_put(struct vma_node *node)
{
    while (node != NULL
           && (is_owned(node)
               || __atomic_fetch_sub(&node->refs, 1, __ATOMIC_ACQ_REL) == 1)) {
        struct vma_node *right = node->right;
        node_put(node->left);
        object_put(node->vma.object);
        kfree(node);
        node = right;
    }
}

void
vma_share(struct as *to, struct as *from)
{
    node_get(from->vmas);
    to->vmas = from->vmas;
    to->vma_seed = from->vma_seed;
}

void
vma_drop(struct as *as)
{
    node_put(as->vmas);
    while (as->vma_spare != NULL) {
        struct vma_node *spare = as->vma_spare;
        as->vma_spare = spare->left;
        kfree(spare);
    }
}

/* ---- Looking ---- */

u32
vma_count(const struct as *as)
{
    return as->vmas != NULL ? as->vmas->count : 0;
}

const struct vma *
vma_find(const struct as *as, vaddr_t addr)
{
    const struct vma_node *node = as->vmas;

    while (node != NULL) {
        if (addr < node->vma.start) {
            node = node->left;
        } else if (addr < node->vma.end) {
            return &node->vma;
        } else {
            node = node->right;
        }
    }
    return NULL;
}

const struct vma *
vma_first_from(const struct as *as, vaddr_t addr)
{
    const struct vma *found = NULL;

    for (const struct vma_node *node = as->vmas; node != NULL;) {
        if (addr < node->vma.end) {
            found = &node->vma;
            node = node->left;
        } else {
            node = node->right;
        }
    }
    return found;
}

const struct vma *
vma_next(const struct as *as, const struct vma *vma)
{
    return vma_first_from(as, vma->end);
}

const struct vma *
vma_last_before(const struct as *as, vaddr_t addr)
{
    const struct vma *found = NULL;

    for (const struct vma_node *node = as->vmas; node != NULL;) {
        if (node->vma.start < addr) {
            found = &node->vma;
            node = node->right;
        } else {
            node = node->left;
        }
    }
    return found;
}

/* The highest range of this size below *end that is free of the node's vmas.
 * => 0: none; *end is where the hole below them ends */
static vaddr_t
gap_below(const struct vma_node *node, u64 size, vaddr_t *end)
{
    if (node == NULL || node->low >= *end) {
        return 0;
    }
    if (node->high <= *end && *end - node->high >= size) {
        return *end - size;
    }
    if (node->gap >= size) {
        vaddr_t found = gap_below(node->right, size, end);
        if (found != 0) {
            return found;
        }
        if (node->vma.end <= *end && *end - node->vma.end >= size) {
            return *end - size;
        }
        *end = MIN(*end, node->vma.start);
        return gap_below(node->left, size, end);
    }
    *end = node->low;
    return 0;
}

vaddr_t
vma_gap(const struct as *as, u64 size)
{
    vaddr_t end = MMAP_TOP;
    vaddr_t found = gap_below(as->vmas, size, &end);

    return found != 0 ? found : end >= USER_START + size ? end - size : 0;
}

/* How far the node's vmas continue what is covered up to `end`. */
static vaddr_t
covered(const struct vma_node *node, vaddr_t end)
{
    if (node == NULL || end < node->low || end >= node->high) {
        return end;
    }
    if (node->gap == 0) {
        return node->high;
    }
    end = covered(node->left, end);
    if (end < node->vma.start) {
        return end;
    }
    return covered(node->right, MAX(end, node->vma.end));
}

vaddr_t
vma_covered(const struct as *as, vaddr_t start, vaddr_t end)
{
    return MIN(covered(as->vmas, start), end);
}

static bool
has_flags(const struct vma_node *node, vaddr_t start, vaddr_t end, u32 flags)
{
    if (node == NULL || node->high <= start || end <= node->low) {
        return false;
    }
    return ((node->vma.flags & flags) != 0 && node->vma.start < end
            && start < node->vma.end)
           || has_flags(node->left, start, end, flags)
           || has_flags(node->right, start, end, flags);
}

bool
vma_has_flags(const struct as *as, vaddr_t start, vaddr_t end, u32 flags)
{
    return has_flags(as->vmas, start, end, flags);
}

/* ---- Owning ---- */

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
        .vma = old->vma, .left = old->left, .right = old->right,
        .low = old->low, .high = old->high, .gap = old->gap,
        .count = old->count, .priority = old->priority, .refs = 1,
    };
    object_get(copy->vma.object);
    node_get(copy->left);
    node_get(copy->right);
    *link = copy;
    node_put(old); /* last: our own link keeps others from taking it (A3) */
    return 0;
}

/* From the root down, as refs 1 below a shared node means nothing (A2). */
static int
own_way(struct as *as, vaddr_t addr)
{
    struct vma_node **link = &as->vmas;
    int error = 0;

    while (*link != NULL && error == 0) {
        error = own(link);
        link = (*link)->vma.start < addr ? &(*link)->right : &(*link)->left;
    }
    return error;
}

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
            node->left = NULL;
            *link = node;
        }
        link = &(*link)->left;
    }
    return 0;
}

int
vma_own(struct as *as, vaddr_t start, vaddr_t end, u32 more)
{
    assert(spin_held(&as->lock));
    int error = own_way(as, start);
    if (error == 0) {
        error = own_way(as, end);
    }
    return error == 0 ? reserve(as, more) : error;
}

static int
own_inside(struct vma_node **link, vaddr_t start, vaddr_t end)
{
    struct vma_node *node = *link;

    if (node == NULL || node->high <= start || end <= node->low) {
        return 0;
    }
    int error = own(link);
    if (error == 0) {
        error = own_inside(&(*link)->left, start, end);
    }
    return error == 0 ? own_inside(&(*link)->right, start, end) : error;
}

int
vma_own_inside(struct as *as, vaddr_t start, vaddr_t end, u32 more)
{
    int error = vma_own(as, start, end, more);

    return error == 0 ? own_inside(&as->vmas, start, end) : error;
}

/* ---- Changing: all nodes that are touched are owned ---- */

/* What a node knows of those below it. */
static void
update(struct vma_node *node)
{
    const struct vma_node *left = node->left;
    const struct vma_node *right = node->right;

    node->low = node->vma.start;
    node->high = node->vma.end;
    node->gap = 0;
    node->count = 1;
    if (left != NULL) {
        node->low = left->low;
        node->gap = MAX(left->gap, node->vma.start - left->high);
        node->count += left->count;
    }
    if (right != NULL) {
        u64 gap = MAX(right->gap, right->low - node->vma.end);
        node->high = right->high;
        node->gap = MAX(node->gap, gap);
        node->count += right->count;
    }
}

/* A node for a vma, from the reserve.  The noise keeps a program from choosing
 * what it maps by the priorities, to build a tree that is no better than a
 * list. */
static struct vma_node *
make(struct as *as, const struct vma *vma, u64 noise)
{
    struct vma_node *node = as->vma_spare;

    assert(node != NULL);
    as->vma_spare = node->left;
    as->vma_seed = (as->vma_seed ^ noise) * 0x9e3779b97f4a7c15 + 1;
    *node = (struct vma_node){
        .vma = *vma, .low = vma->start, .high = vma->end, .count = 1,
        .priority = (u32)(as->vma_seed >> 32), .refs = 1,
    };
    object_get(vma->object);
    return node;
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
    if (lower->priority >= upper->priority) {
        assert(is_owned(lower));
        lower->right = merge(lower->right, upper);
        update(lower);
        return lower;
    }
    assert(is_owned(upper));
    upper->left = merge(lower, upper->left);
    update(upper);
    return upper;
}

static struct vma_node *
last_of(struct vma_node *node)
{
    while (node != NULL && node->right != NULL) {
        node = node->right;
    }
    return node;
}

/* The last vma of a tree ends elsewhere now. */
static void
set_end(struct vma_node *node, vaddr_t end)
{
    for (; node != NULL; node = node->right) {
        node->high = end;
        if (node->right == NULL) {
            node->vma.end = end;
        }
    }
}

/* Split, with the vma cut that has addr inside. */
static void
cut(struct as *as, struct vma_node *node, vaddr_t addr,
    struct vma_node **lower, struct vma_node **upper)
{
    split(node, addr, lower, upper);
    const struct vma_node *last = last_of(*lower);
    if (last != NULL && last->vma.end > addr) {
        struct vma rest = last->vma;
        rest.start = addr;
        rest.offset += (addr - last->vma.start) >> PAGE_SHIFT;
        set_end(*lower, addr);
        *upper = merge(make(as, &rest, rdtsc()), *upper);
    }
}

void
vma_remove(struct as *as, vaddr_t start, vaddr_t end)
{
    struct vma_node *before, *inside, *after;

    cut(as, as->vmas, end, &before, &after);
    split(before, start, &before, &inside);
    const struct vma_node *last = last_of(before);
    if (last != NULL && last->vma.end > start) {
        set_end(before, start);
    }
    node_put(inside);
    as->vmas = merge(before, after);
}

bool
vma_continues(const struct vma *a, const struct vma *b)
{
    u64 pages = (a->end - a->start) >> PAGE_SHIFT;

    return a->end == b->start && a->prot == b->prot && a->flags == b->flags
           && a->object == b->object
           && (a->object == NULL || a->offset + pages == b->offset);
}

/* A vma has become part of the one before it; one node is kept for the next
 * mapping.  => its right child */
static struct vma_node *
discard(struct as *as, struct vma_node *node)
{
    struct vma_node *right = node->right;

    object_put(node->vma.object);
    if (as->vma_spare == NULL) {
        as->vma_spare = node;
        node->left = NULL;
    } else {
        kfree(node);
    }
    return right;
}

/* Give these rights to all of a tree, and merge each that then continues the
 * one before it, *last.  => the tree; *last is its last */
static struct vma_node *
settle(struct as *as, struct vma_node *node, u32 prot, struct vma_node **last)
{
    if (node == NULL) {
        return NULL;
    }
    assert(is_owned(node));
    node->vma.prot = prot;
    node->left = settle(as, node->left, prot, last);
    if (*last == NULL || !vma_continues(&(*last)->vma, &node->vma)) {
        *last = node;
        node->right = settle(as, node->right, prot, last);
        update(node);
        return node;
    }
    struct vma_node *left = node->left;
    struct vma_node *joined = *last; /* of `left`, if that is not empty */
    joined->vma.end = node->vma.end;
    struct vma_node *right = settle(as, discard(as, node), prot, last);
    set_end(left, joined->vma.end);
    return merge(left, right);
}

/* A tree without its first vma. */
static struct vma_node *
without_first(struct as *as, struct vma_node *node)
{
    if (node->left == NULL) {
        return discard(as, node);
    }
    node->left = without_first(as, node->left);
    update(node);
    return node;
}

/* Three trees become the space's, merged where they meet. */
static void
unite(struct as *as, struct vma_node *before, struct vma_node *inside,
      struct vma_node *after, u32 prot)
{
    struct vma_node *border = last_of(before);
    struct vma_node *last = border;
    struct vma_node *first = after;

    inside = settle(as, inside, prot, &last);
    while (first != NULL && first->left != NULL) {
        first = first->left;
    }
    if (first != NULL && vma_continues(&last->vma, &first->vma)) {
        last->vma.end = first->vma.end;
        after = without_first(as, after);
    }
    set_end(inside, last->vma.end);
    if (border != NULL) {
        set_end(before, border->vma.end);
    }
    as->vmas = merge(merge(before, inside), after);
}

void
vma_insert(struct as *as, const struct vma *new)
{
    struct vma_node *before, *after;

    split(as->vmas, new->start, &before, &after);
    assert(after == NULL || after->low >= new->end);
    unite(as, before, make(as, new, rdtsc()), after, new->prot);
}

bool
vma_append(struct as *as, const struct vma *new)
{
    struct vma_node **link = &as->vmas;

    if ((*link != NULL && (*link)->high > new->start) || reserve(as, 1) != 0) {
        return false;
    }
    struct vma_node *node = make(as, new, 0);
    while (*link != NULL && (*link)->priority >= node->priority) {
        struct vma_node *above = *link;
        assert(is_owned(above));
        above->gap = MAX(above->gap, new->start - above->high);
        above->high = new->end;
        above->count++;
        link = &above->right;
    }
    node->left = *link;
    update(node);
    *link = node;
    return true;
}

void
vma_protect(struct as *as, vaddr_t start, vaddr_t end, u32 prot)
{
    struct vma_node *before, *inside, *after;

    cut(as, as->vmas, end, &before, &after);
    cut(as, before, start, &before, &inside);
    unite(as, before, inside, after, prot);
}
